"""Sentences of the pages of those who oversee, and of the public page."""

from __future__ import annotations

from collections.abc import Mapping

#: Key to (English, French).
OVERSIGHT: Mapping[str, tuple[str, str]] = {
    "place.oversight": ("Oversight", "Contrôle"),
    "place.public": ("Reports", "Rapports"),
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
    "proof.title": ("Entry {seq} and its proof", "Inscription {seq} et sa preuve"),
    "proof.lead": (
        "The entry and its proof are computed anew in this browser from the bytes that were "
        "served, with the browser's own SHA-256 and Ed25519. Looking is an act, and written.",
        "L'inscription et sa preuve sont recalculées dans ce navigateur à partir des octets "
        "servis, avec SHA-256 et Ed25519 du navigateur. La consultation est un acte, et inscrite.",
    ),
    "proof.no_script": (
        "This page computes in the browser and needs its script. Without it, download the file "
        "and check it with tools/verify.py.",
        "Cette page calcule dans le navigateur et a besoin de son script. Sans lui, téléchargez "
        "le fichier et vérifiez-le avec tools/verify.py.",
    ),
    "proof.found": ("What this browser has checked", "Ce que ce navigateur a vérifié"),
    "proof.waiting": ("Being computed…", "Calcul en cours…"),
    "proof.good": ("Everything holds.", "Tout est vérifié."),
    "proof.partly": (
        "What was checked holds; not everything was checked, as told below.",
        "Ce qui a été vérifié est exact ; tout n'a pas été vérifié, comme dit ci-dessous.",
    ),
    "proof.bad": (
        "Something does not hold. Keep this page and the file, and tell those who run the "
        "installation and your authority.",
        "Une vérification échoue. Conservez cette page et le fichier, et prévenez les "
        "responsables de l'installation et votre autorité.",
    ),
    "proof.disclosed": (
        "What the entry discloses, as checked",
        "Ce que l'inscription révèle, vérifié",
    ),
    "proof.field": ("Field", "Champ"),
    "proof.value": ("Value", "Valeur"),
    "proof.against": ("Check against what you hold", "Vérifier avec ce que vous détenez"),
    "proof.key": (
        "Key that you trust, obtained from elsewhere (empty: those that this installation states)",
        "Clé à laquelle vous vous fiez, obtenue ailleurs (vide : celles qu'énonce cette "
        "installation)",
    ),
    "proof.keys": (
        "Stated by this installation, from the first to the one that signs now:",
        "Énoncées par cette installation, de la première à celle qui signe aujourd'hui :",
    ),
    "proof.head": (
        "Earlier head, as you noted it: the whole signed note",
        "Tête antérieure, telle que vous l'avez notée : la note signée entière",
    ),
    "proof.check": ("Check again", "Vérifier à nouveau"),
    "proof.keep": ("Keep the present head in this browser", "Garder la tête dans ce navigateur"),
    "proof.kept": (
        "Kept: the next check begins from it. Note it elsewhere too: whoever has this machine "
        "has it.",
        "Gardée : la prochaine vérification partira d'elle. Notez-la aussi ailleurs : qui tient "
        "cette machine la tient.",
    ),
    "proof.download": ("Download the proof", "Télécharger la preuve"),
    "proof.present": ("Present signed head, to be noted", "Tête signée actuelle, à noter"),
    "proof.unread": (
        "What was served cannot be read as a proof ({why}).",
        "Ce qui a été servi ne se lit pas comme une preuve ({why}).",
    ),
    "proof.unserved": (
        "The server gave no proof (status {status}). Load the page again.",
        "Le serveur n'a pas donné de preuve (statut {status}). Rechargez la page.",
    ),
    "proof.fields": (
        "Each of the {count} disclosed fields matches its SHA-256 digest in the leaf.",
        "Chacun des {count} champs révélés correspond à son empreinte SHA-256 dans la feuille.",
    ),
    "proof.fields.bad": (
        "Fields that do not match their digest in the leaf: {names}.",
        "Champs qui ne correspondent pas à leur empreinte dans la feuille : {names}.",
    ),
    "proof.place.bad": (
        "The entry states another place: {stated}.",
        "L'inscription énonce une autre place : {stated}.",
    ),
    "proof.tree": (
        "The leaf is at its place: {steps} hashes lead from it to the root over {size} entries.",
        "La feuille est à sa place : {steps} empreintes mènent d'elle à la racine de {size} "
        "inscriptions.",
    ),
    "proof.tree.bad": (
        "The proof does not lead from the leaf to the root over {size} entries.",
        "La preuve ne mène pas de la feuille à la racine de {size} inscriptions.",
    ),
    "proof.signed": (
        "The head of {size} entries with that root is signed (Ed25519) by {key}, {whose}.",
        "La tête de {size} inscriptions portant cette racine est signée (Ed25519) par {key}, "
        "{whose}.",
    ),
    "proof.signed.bad": (
        "No signature on the head of {size} entries holds under {key}.",
        "Aucune signature de la tête de {size} inscriptions n'est valable sous {key}.",
    ),
    "proof.signed.unknown": (
        "This browser has no Ed25519: the signature of the head of {size} entries was not "
        "checked. Download the proof and check it with tools/verify.py.",
        "Ce navigateur n'a pas Ed25519 : la signature de la tête de {size} inscriptions n'a pas "
        "été vérifiée. Téléchargez la preuve et vérifiez-la avec tools/verify.py.",
    ),
    "proof.key.given": ("the key that you gave", "la clé que vous avez donnée"),
    "proof.key.stated": (
        "a key that this installation states: compare it with one obtained elsewhere",
        "une clé qu'énonce cette installation : comparez-la avec une clé obtenue ailleurs",
    ),
    "proof.key.unread": (
        "The key is none: write it whole, as NAME+ID+KEY.",
        "Ce n'est pas une clé : écrivez-la entière, sous la forme NOM+ID+CLÉ.",
    ),
    "proof.old": (
        "The earlier head of {size} entries is signed (Ed25519) by {key}, {whose}.",
        "La tête antérieure de {size} inscriptions est signée (Ed25519) par {key}, {whose}.",
    ),
    "proof.old.bad": (
        "No signature on the earlier head of {size} entries holds under {key}.",
        "Aucune signature de la tête antérieure de {size} inscriptions n'est valable sous {key}.",
    ),
    "proof.old.unknown": (
        "This browser has no Ed25519: the signature of the earlier head of {size} entries was "
        "not checked.",
        "Ce navigateur n'a pas Ed25519 : la signature de la tête antérieure de {size} "
        "inscriptions n'a pas été vérifiée.",
    ),
    "proof.old.unread": (
        "The earlier head cannot be read: paste the whole note, its signature lines included.",
        "La tête antérieure ne se lit pas : collez la note entière, lignes de signature comprises.",
    ),
    "proof.old.none": (
        "No earlier head was given: that nothing older was rewritten has not been checked.",
        "Aucune tête antérieure n'a été donnée : que rien de plus ancien n'ait été réécrit n'a "
        "pas été vérifié.",
    ),
    "proof.origin.bad": (
        "The earlier head is of another ledger, {origin}.",
        "La tête antérieure est celle d'un autre registre, {origin}.",
    ),
    "proof.growth": (
        "The tree of {size} entries begins with the {old} of the earlier head: none of them was "
        "altered, removed or moved since.",
        "L'arbre de {size} inscriptions commence par les {old} de la tête antérieure : aucune "
        "n'a été modifiée, retirée ou déplacée depuis.",
    ),
    "proof.growth.bad": (
        "The tree of {size} entries is not shown to begin with the {old} of the earlier head.",
        "Il n'est pas montré que l'arbre de {size} inscriptions commence par les {old} de la "
        "tête antérieure.",
    ),
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
