"""The words of the coverage certificate, in English and French."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "title": (
        "Coverage certificate",
        "Certificat de couverture",
    ),
    "exhibit": (
        "Exhibit",
        "Scellé",
    ),
    "file": (
        "File",
        "Fichier",
    ),
    "parts": (
        "Files of the recording",
        "Fichiers de l'enregistrement",
    ),
    "camera": (
        "Camera",
        "Caméra",
    ),
    "origin": (
        "Requisition or seal",
        "Réquisition ou scellé",
    ),
    "format": (
        "Container and coding",
        "Conteneur et codage",
    ),
    "length": (
        "Length",
        "Durée",
    ),
    "clock": (
        "Real time of the first picture",
        "Heure réelle de la première image",
    ),
    "unstated": (
        "nobody has stated the recorder's time",
        "l'heure de l'enregistreur n'a pas été indiquée",
    ),
    "made": (
        "Made",
        "Établi",
    ),
    "by": (
        "by",
        "par",
    ),
    "packets": (
        "Packets",
        "Paquets",
    ),
    "keyframes": (
        "of which key pictures",
        "dont images clés",
    ),
    "expected": (
        "Pictures expected",
        "Images attendues",
    ),
    "unknown": (
        "not known",
        "inconnu",
    ),
    "decoded": (
        "decoded whole",
        "décodées entières",
    ),
    "skipped": (
        "left out on purpose",
        "écartées à dessein",
    ),
    "damaged": (
        "damaged",
        "endommagées",
    ),
    "concealed": (
        "of which guessed in part by the decoder",
        "dont en partie devinées par le décodeur",
    ),
    "unread": (
        "never read",
        "jamais lues",
    ),
    "analysed": (
        "looked at for movement",
        "regardées pour y chercher un mouvement",
    ),
    "sum.good": (
        "The sum is right: every picture expected is accounted for.",
        "Le compte est juste : chaque image attendue est comptée.",
    ),
    "sum.bad": (
        "THE SUM IS WRONG: do not rely on this analysis.",
        "LE COMPTE EST FAUX : ne vous fiez pas à cette analyse.",
    ),
    "sum.unknown": (
        "How many pictures to expect is not known; a finding says why.",
        "Le nombre d'images attendues est inconnu ; un constat dit pourquoi.",
    ),
    "state.ended": (
        "Analysed to the end. Where nothing is found, nothing that moves was found in"
        " the pictures looked at.",
        "Analysé jusqu'à la fin. Là où rien n'est trouvé, rien de mobile n'a été "
        "trouvé dans les images regardées.",
    ),
    "state.triage": (
        "TRIAGE: of the spans listed below key pictures alone were looked at. That nothing is "
        "found there does not say that nothing happens there.",
        "TRI : des passages indiqués ci-dessous, seules les images clés ont été regardées. Que "
        "rien n'y soit trouvé ne dit pas que rien ne s'y passe.",
    ),
    "state.damaged": (
        "NOT COMPLETE: analysed as far as it could be decoded. Damaged or missing: {damaged} of "
        "{expected} pictures; nothing is said of what they showed. Copy the recording again from "
        "its source: it may be whole there.",
        "INCOMPLET : analysé pour autant qu'il ait pu être décodé. Images endommagées ou "
        "manquantes : {damaged} sur {expected} ; rien n'est dit de ce qu'elles montraient. Copiez "
        "à nouveau l'enregistrement depuis sa source : il y est peut-être entier.",
    ),
    "state.not": (
        "NOT ANALYSED to the end. That nothing is found says nothing of what the recording shows.",
        "NON ANALYSÉ jusqu'à la fin. Que rien ne soit trouvé ne dit rien de ce que "
        "montre l'enregistrement.",
    ),
    "picture": (
        "The recording at a glance",
        "L'enregistrement d'un coup d'œil",
    ),
    "lane.recording": (
        "recorded",
        "enregistré",
    ),
    "lane.untouched": (
        "not decoded or not analysed",
        "non décodé ou non analysé",
    ),
    "lane.findings": (
        "findings",
        "constats",
    ),
    "untouched": (
        "Spans not decoded or not analysed",
        "Passages non décodés ou non analysés",
    ),
    "untouched.none": (
        "None.",
        "Aucun.",
    ),
    "findings": (
        "Findings",
        "Constats",
    ),
    "shown": (
        "Who was shown what",
        "Qui a vu quoi",
    ),
    "shown.none": (
        "Nobody has been shown anything of this exhibit.",
        "Personne n'a rien vu de ce scellé.",
    ),
    "who": (
        "person",
        "personne",
    ),
    "act": (
        "act, ledger entry",
        "acte, inscription au registre",
    ),
    "when": (
        "when",
        "quand",
    ),
    "span": (
        "span",
        "passage",
    ),
    "speed": (
        "speed",
        "vitesse",
    ),
    "stills": (
        "stills",
        "images fixes",
    ),
    "objects": (
        "objects cut out, not whole pictures",
        "objets découpés, non les images entières",
    ),
    "times": (
        "times real time",
        "fois le temps réel",
    ),
    "corrections": (
        "What was stated otherwise before",
        "Ce qui avait été indiqué autrement",
    ),
    "not-analysed": (
        "No analysis of this exhibit has come to its end: nothing is said of what it shows.",
        "Aucune analyse de ce scellé n'est arrivée à son terme : rien n'est dit de ce"
        " qu'il montre.",
    ),
    "foot": (
        "An intact ledger proves what this software did, not that nobody used another.",
        "Un registre intact prouve ce que ce logiciel a fait, non que personne n'en a"
        " utilisé un autre.",
    ),
}
"""Key to (English, French)."""
