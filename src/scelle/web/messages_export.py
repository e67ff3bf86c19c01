"""Sentences of the page of exports."""

from __future__ import annotations

from collections.abc import Mapping

#: Key to (English, French).
EXPORT: Mapping[str, tuple[str, str]] = {
    "export.title": ("Exports, case {reference}", "Exports, procédure {reference}"),
    "export.link": ("Export", "Exporter"),
    "export.copies": ("Copies that left", "Copies sorties"),
    "export.none": (
        "Nothing has left this case as a file.",
        "Rien n'est sorti de cette procédure sous forme de fichier.",
    ),
    "export.not_shown": (
        "Who received copies is not shown to you now.",
        "Qui a reçu des copies ne vous est pas montré pour l'instant.",
    ),
    "export.copy": ("Copy", "Copie"),
    "export.file": ("File and its SHA-256", "Fichier et son SHA-256"),
    "export.who": ("Exported by", "Exporté par"),
    "export.to": ("to {recipient}", "pour {recipient}"),
    "export.recalled": ("called back by {who}", "rappelée par {who}"),
    "export.fetch": ("Download {name}", "Télécharger {name}"),
    "export.claim": (
        "Manifest definition (C2PA) of {name}",
        "Définition de manifeste (C2PA) de {name}",
    ),
    "export.elsewhere": (
        "A clip is chosen on the review bench: mark a span with I and O, or choose a candidate, "
        "then E. A synopsis or a still is chosen in the live synopsis, then E.",
        "Un extrait se choisit sur la table d'examen : marquez un passage avec I et O, ou "
        "choisissez un rapprochement, puis E. Un synopsis ou une planche se choisit dans le "
        "synopsis interactif, puis E.",
    ),
    "export.clip": ("Clip of {name}", "Extrait de {name}"),
    "export.clip.how": (
        "An MP4 video of this span. What is concealed on the review bench is concealed in it, "
        "under solid grey where the bench shows coarse squares. It bears the case, the copy's "
        "reference and both clocks.",
        "Une vidéo MP4 de ce passage. Ce qui est masqué sur la table d'examen l'est aussi, sous un "
        "gris uni là où la table montre de gros carrés. Elle porte la procédure, la référence "
        "de la copie et les deux horloges.",
    ),
    "export.span": ("Span, in the recording", "Passage, dans l'enregistrement"),
    "export.before": ("Seconds before it", "Secondes avant"),
    "export.after": ("Seconds after it", "Secondes après"),
    "export.recipient": (
        "Who receives it (you, if nobody is named)",
        "Qui la reçoit (vous, si personne n'est nommé)",
    ),
    "export.live": ("Of the live synopsis as it was left", "Du synopsis interactif tel que laissé"),
    "export.all": ("All objects of the case", "Tous les objets de la procédure"),
    "export.kind": ("What", "Quoi"),
    "export.kind.synopsis": ("synopsis, a video", "synopsis, une vidéo"),
    "export.still": ("{name}, a picture", "{name}, une image"),
    "export.trails": (
        "Draw where each object has been (synopsis)",
        "Tracer le chemin de chaque objet (synopsis)",
    ),
    "export.speed": ("Speed (synopsis)", "Vitesse (synopsis)"),
    "export.tracks": ("Tracks as rows of numbers", "Pistes sous forme de nombres"),
    "export.format": ("Format", "Format"),
    "export.format.csv": ("CSV, a table", "CSV, un tableau"),
    "export.format.mot": ("MOTChallenge", "MOTChallenge"),
    "export.format.mf-json": ("OGC Moving Features JSON", "OGC Moving Features JSON"),
    "export.format.cvat": ("CVAT, XML", "CVAT, XML"),
    "export.do": ("Export", "Exporter"),
    "export.not_yours": (
        "Investigators export, on a mandate for it.",
        "Les enquêteurs exportent, sur une autorisation qui le permet.",
    ),
    "export.gone": (
        "It no longer waits: it was called back, or a week has passed.",
        "Elle n'attend plus : elle a été rappelée, ou une semaine a passé.",
    ),
    "export.waits": (
        "Whoever exported a copy fetches it here for a week; the law is asked again each time.",
        "Qui a exporté une copie la retire ici pendant une semaine ; le droit est vérifié à "
        "chaque fois.",
    ),
    "work.empty.export": (
        "Nothing was exported here since the program began.",
        "Rien n'a été exporté ici depuis le démarrage du programme.",
    ),
    "work.stage.clip": ("pictures of the clip", "images de l'extrait"),
    "work.stage.arrange": ("step 1 of 2, arranging", "étape 1 sur 2, l'arrangement"),
    "work.stage.compose": ("step 2 of 2, the pictures", "étape 2 sur 2, les images"),
    "work.stage.storyboard": ("pictures of the storyboard", "images de la planche"),
    "work.speed.pictures": ("{speed} pictures a second", "{speed} images par seconde"),
    "bench.export": ("Export", "Exporter"),
    "bench.export.of": (
        "Export a clip of track {number}",
        "Exporter un extrait de la piste {number}",
    ),
    "bench.export.mark": (
        "Export a clip of the bookmark at {at}: {note}",
        "Exporter un extrait du signet à {at} : {note}",
    ),
    "bench.export.nothing": (
        "Mark a span with I and O, or choose a candidate first.",
        "Marquez d'abord un passage avec I et O, ou choisissez un rapprochement.",
    ),
    "bench.help.export": (
        "export the span marked, or the chosen candidate",
        "exporter le passage marqué, ou le rapprochement choisi",
    ),
    "key.export": ("export what is shown", "exporter ce qui est montré"),
}
