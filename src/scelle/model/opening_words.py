"""What is said of files that are no recording, in French; see :mod:`scelle.model.error_words`."""

from __future__ import annotations

#: What a file is by its first bytes.
_KINDS = (
    ("a Windows program", "un programme Windows"),
    ("a ZIP archive", "une archive ZIP"),
    ("a 7-Zip archive", "une archive 7-Zip"),
    ("a RAR archive", "une archive RAR"),
    ("a gzip archive", "une archive gzip"),
    ("a tar archive", "une archive tar"),
    ("a JPEG picture", "une image JPEG"),
    ("a PNG picture", "une image PNG"),
    ("a PDF document", "un document PDF"),
    ("an EnCase disk image", "une image de disque EnCase"),
    ("a disk image", "une image de disque"),
    ("a playlist", "une liste de lecture"),
)

#: English to French; the same names in braces on both sides.
OPENING: tuple[tuple[str, str], ...] = (
    (
        "This is not a video container that can be read: its first bytes are {head} ({why}).",
        "Ce n'est pas un fichier vidéo lisible : ses premiers octets sont {head} ({why}).",
    ),
    (
        "This is not a video container that can be read: it begins with zeros: what was there is "
        "gone, or was never written ({why}).",
        "Ce n'est pas un fichier vidéo lisible : il commence par des zéros ; ce qu'il y avait a "
        "disparu, ou n'a jamais été écrit ({why}).",
    ),
    (
        "Give the original recording, as exported by the recorder; if its own player alone can "
        "read it, export it there as MP4, MKV or AVI.",
        "Donnez l'enregistrement d'origine, tel qu'exporté par l'enregistreur ; si seul son "
        "lecteur peut le lire, exportez-le depuis celui-ci en MP4, MKV ou AVI.",
    ),
    *(
        (f"This is {english}, not a recording.", f"C'est {french}, non un enregistrement.")
        for english, french in _KINDS
    ),
    (
        "A self-playing export hides the recording: export it again as a plain file, in the "
        "recorder's own format or as MP4.",
        "Un export qui se lit tout seul cache l'enregistrement : exportez-le à nouveau en simple "
        "fichier, au format de l'enregistreur ou en MP4.",
    ),
    (
        "Give the recordings that it names, one by one.",
        "Donnez un à un les enregistrements qu'elle nomme.",
    ),
    (
        "Copy the recording again from its medium; if the recorder itself lost power, have it "
        "repaired with a sound recording of the same recorder as its model.",
        "Copiez à nouveau l'enregistrement depuis son support ; si l'enregistreur a lui-même été "
        "coupé, faites-le réparer en prenant pour modèle un enregistrement sain du même appareil.",
    ),
    ("Give the recording itself.", "Donnez l'enregistrement lui-même."),
    ("Unpack it and give the recordings in it.", "Décompressez-le et donnez ses enregistrements."),
    ("Unpack it and give the recording in it.", "Décompressez-le et donnez son enregistrement."),
    (
        "Stills are not received; give the recording.",
        "Les images fixes ne sont pas reçues ; donnez l'enregistrement.",
    ),
    (
        "Take the recordings out of the image first.",
        "Sortez d'abord les enregistrements de l'image de disque.",
    ),
    (
        "This MP4 file has no index (moov) that can be read: it was cut off before it was "
        "finished, or its end is missing.",
        "Ce fichier MP4 n'a pas d'index (moov) lisible : il a été interrompu avant d'être "
        "achevé, ou sa fin manque.",
    ),
    (
        "Complete what is stated, and send the file again.",
        "Complétez ce qui est déclaré, puis envoyez le fichier à nouveau.",
    ),
)
