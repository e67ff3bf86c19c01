"""Sentences of the pages of those who oversee, and of the public page."""

from __future__ import annotations

from collections.abc import Mapping

#: Key to (English, French).
OVERSIGHT: Mapping[str, tuple[str, str]] = {
    "place.oversight": ("Oversight", "Contrôle"),
    "place.public": ("Published reports", "Rapports publiés"),
    "watch.title": ("Oversight", "Contrôle"),
    "watch.lead": (
        "What the ledger says was asked and refused, over all cases. Reading it is written too.",
        "Ce que le registre dit avoir été demandé et refusé, toutes procédures confondues. Cette "
        "lecture y est inscrite aussi.",
    ),
    "watch.ledger": ("The ledger", "Le registre"),
    "watch.size": ("{size} entries, under this root:", "{size} inscriptions, sous cette racine :"),
    "watch.browse": ("Browse the entries", "Parcourir les inscriptions"),
    "watch.verify": ("Verify all of it now", "Tout vérifier maintenant"),
    "watch.refused": ("Refusals", "Refus"),
    "watch.no_refused": ("Nothing was refused.", "Rien n'a été refusé."),
    "watch.reveals": ("Concealment lifted", "Masquages levés"),
    "watch.no_reveals": (
        "Nobody has been shown without concealment.",
        "Personne n'a été montré sans masquage.",
    ),
    "watch.odd": ("What is out of the ordinary", "Ce qui sort de l'ordinaire"),
    "watch.odd_why": (
        "Failed tries to sign in, stored states and times that somebody accepted, witnesses "
        "that refused.",
        "Tentatives de connexion manquées, états et heures acceptés par quelqu'un, témoins qui "
        "ont refusé.",
    ),
    "watch.no_odd": ("Nothing.", "Rien."),
    "watch.unended": ("Acts without an end", "Actes sans issue"),
    "watch.unended_why": (
        "Granted more than an hour ago, and no outcome is written: still at work, or killed.",
        "Accordés il y a plus d'une heure, sans issue inscrite : encore en cours, ou tués.",
    ),
    "watch.no_unended": ("None.", "Aucun."),
    "watch.case": ("Case", "Procédure"),
    "watch.installation": ("installation", "installation"),
    "watch.attest": ("Attestation", "Attestation"),
    "watch.attest_why": (
        "Looks at the sources, packages, models and databases for what must not be there: faces, "
        "live video, biometrics. The statement is signed with the ledger's key.",
        "Examine les sources, paquets, modèles et bases pour y chercher ce qui ne doit pas s'y "
        "trouver : visages, vidéo en direct, biométrie. L'énoncé est signé par la clé du registre.",
    ),
    "watch.do_attest": ("Attest now", "Attester maintenant"),
    "watch.publish": ("Publication", "Publication"),
    "watch.publish_why": (
        "Months that are over, without small counts, with the proof. Everybody reads it then.",
        "Des mois écoulés, sans petits effectifs, avec la preuve. Chacun peut ensuite la lire.",
    ),
    "watch.first": ("First month", "Premier mois"),
    "watch.last": ("Last month", "Dernier mois"),
    "watch.do_publish": ("Publish", "Publier"),
    "watch.no_publication": (
        "Nothing was published from here yet.",
        "Rien n'a encore été publié d'ici.",
    ),
    "entries.title": ("Entries of the ledger", "Inscriptions du registre"),
    "entries.lead": (
        "What each discloses to everybody. The rest is sealed: only its digest can be seen. "
        "A proof shows to anybody that an entry is in the signed tree.",
        "Ce que chacune révèle à tous. Le reste est scellé : seule son empreinte est visible. "
        "Une preuve montre à chacun que l'inscription est dans l'arbre signé.",
    ),
    "entries.month": ("Month", "Mois"),
    "entries.phase": ("Phase", "Phase"),
    "entries.event": ("Act or event", "Acte ou événement"),
    "entries.rules": ("Rules", "Règles"),
    "entries.service": ("Service", "Service"),
    "entries.proof": ("Proof", "Preuve"),
    "entries.do_proof": ("Proof of {seq}", "Preuve de {seq}"),
    "entries.older": ("Older", "Plus anciennes"),
    "entries.newest": ("Newest", "Les plus récentes"),
    "attested.title": ("Attestation", "Attestation"),
    "attested.good": (
        "All {count} checks hold.",
        "Les {count} vérifications sont satisfaites.",
    ),
    "attested.bad": (
        "{failed} of {count} checks found something that must not be there.",
        "{failed} vérifications sur {count} ont trouvé ce qui ne doit pas s'y trouver.",
    ),
    "attested.where": (
        "Signed, in this machine's folder:",
        "Signée, dans ce dossier de la machine :",
    ),
    "attested.back": ("Back to oversight", "Retour au contrôle"),
    "public.title": ("Published reports on use", "Rapports publiés sur l'usage"),
    "public.lead": (
        "How this installation was used, counted from its ledger. Anybody can check every figure "
        "with the files beside it and one program of the standard library.",
        "L'usage de cette installation, compté dans son registre. Chacun peut vérifier chaque "
        "chiffre avec les fichiers joints et un seul programme de la bibliothèque standard.",
    ),
    "public.none": (
        "Nothing was published yet. An auditor or a referent magistrate publishes months that "
        "are over.",
        "Rien n'a encore été publié. Un auditeur ou un magistrat référent publie les mois écoulés.",
    ),
    "public.period": ("{first} to {last}", "de {first} à {last}"),
}
