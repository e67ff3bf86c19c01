"""Sentences of the administration page."""

from __future__ import annotations

from collections.abc import Mapping

#: Key to (English, French).
ADMINISTRATION: Mapping[str, tuple[str, str]] = {
    "place.administration": ("Administration", "Administration"),
    "admin.title": ("Administration", "Administration"),
    "admin.lead": (
        "How this installation is. Nothing here tells of a case, and no recording is reached "
        "from here.",
        "L'état de cette installation. Rien ici ne parle d'une procédure, et aucun "
        "enregistrement n'est accessible d'ici.",
    ),
    "admin.health": ("Health", "État"),
    "admin.protected": (
        "Decoding is held in a complete sandbox.",
        "Le décodage est confiné par un bac à sable complet.",
    ),
    "admin.unprotected": (
        "Decoding is not held in a complete sandbox: use this installation for trials alone.",
        "Le décodage n'est pas entièrement confiné : n'utilisez cette installation que pour des "
        "essais.",
    ),
    "admin.in_force": ("In force", "En vigueur"),
    "admin.missing": ("Missing", "Manque"),
    "admin.storage": ("Storage", "Stockage"),
    "admin.what": ("What", "Objet"),
    "admin.size": ("Size, MB", "Taille, Mo"),
    "admin.free": ("free", "libre"),
    "admin.versions": ("Versions", "Versions"),
    "admin.version": ("Version", "Version"),
    "admin.keys": ("Keys and witnesses", "Clés et témoins"),
    "admin.entries": ("Entries of the ledger: {entries}", "Inscriptions au registre : {entries}"),
    "admin.signs": ("signs now", "signe aujourd'hui"),
    "admin.witness": (
        "Witness {name}: co-signed up to {size} entries",
        "Témoin {name} : a cosigné jusqu'à {size} inscriptions",
    ),
    "admin.no_witness": (
        "No witness: nobody outside co-signs the ledger. Name one with “scelle witness trust”.",
        "Aucun témoin : personne à l'extérieur ne cosigne le registre. Désignez-en un avec "
        "« scelle witness trust ».",
    ),
    "admin.models": ("Models that may run", "Modèles admis"),
    "admin.model": ("Model", "Modèle"),
    "admin.labels": ("Says", "Désigne"),
    "admin.settings": ("Settings", "Réglages"),
    "admin.value": ("Value", "Valeur"),
    "admin.yes": ("yes", "oui"),
    "admin.no": ("no", "non"),
    "admin.none": ("none", "aucun"),
    "setting.home": ("folder of the installation", "dossier de l'installation"),
    "setting.agent": ("who asks here", "qui demande ici"),
    "setting.workers": ("processes for an analysis", "processus d'une analyse"),
    "setting.timestamp_url": ("timestamp authority", "autorité d'horodatage"),
    "setting.timestamp_certificate": ("its certificate", "son certificat"),
    "setting.signature": ("certificate that signs reports", "certificat qui signe les rapports"),
    "setting.signature_passphrase": ("file of its passphrase", "fichier de sa phrase secrète"),
    "setting.signature_validation": (
        "what revocation services say",
        "ce que disent les services de révocation",
    ),
    "setting.credentials": (
        "what leaves bears a signed manifest",
        "ce qui sort porte un manifeste signé",
    ),
    "setting.database": ("database", "base de données"),
    "setting.host": ("address of the pages", "adresse des pages"),
    "setting.port": ("port of the pages", "port des pages"),
    "setting.production": ("decodes in a complete sandbox alone", "ne décode que confiné"),
    "setting.sandbox_memory": ("memory of a decoder, MiB", "mémoire d'un décodeur, Mio"),
    "setting.engine": ("who does the segments", "qui traite les segments"),
    "setting.ray_address": ("head of the cluster", "tête de la grappe"),
    "setting.provider": ("what runs the detector", "ce qui exécute le détecteur"),
    "setting.decoder": ("what decodes", "ce qui décode"),
    "admin.people": ("People", "Personnes"),
    "admin.roles": ("Roles", "Rôles"),
    "admin.clearances": (
        "Clearances of the service {service}",
        "Habilitations du service {service}",
    ),
    "admin.no_clearance": (
        "Nobody is cleared for this service: no recording of it can be looked at.",
        "Personne n'est habilité pour ce service : aucun de ses enregistrements ne peut être "
        "consulté.",
    ),
    "admin.withdraw": ("Withdraw", "Retirer"),
    "admin.withdraw_this": ("Withdraw the clearance of {who}", "Retirer l'habilitation de {who}"),
    "admin.why_this": ("Why, for {who}", "Motif, pour {who}"),
    "admin.grant": ("Clear somebody", "Habiliter quelqu'un"),
    "admin.days": ("For how many days", "Pour combien de jours"),
    "admin.do_grant": ("Grant the clearance", "Accorder l'habilitation"),
}
