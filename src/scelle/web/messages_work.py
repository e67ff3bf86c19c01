"""Sentences of the pages of receiving and analysing."""

from __future__ import annotations

from collections.abc import Mapping

#: Key to (English, French).
WORK: Mapping[str, tuple[str, str]] = {
    # -- the queue
    "work.queue": ("Queue", "File d'attente"),
    "work.asked": ("asked by {who}", "demandé par {who}"),
    "work.begins": ("begins", "commence"),
    "work.state.waiting": ("waiting", "en attente"),
    "work.state.running": ("under way", "en cours"),
    "work.state.paused": ("paused", "en pause"),
    "work.state.done": ("done", "terminé"),
    "work.state.failed": ("failed", "échec"),
    "work.stage.survey": ("step 1 of 3, the scene", "étape 1 sur 3, la scène"),
    "work.stage.observe": ("step 2 of 3, what moves", "étape 2 sur 3, ce qui bouge"),
    "work.stage.tubes": ("step 3 of 3, the pictures", "étape 3 sur 3, les images"),
    "work.stage.receive": (
        "step 1 of 2, into the sealed store",
        "étape 1 sur 2, dans le coffre scellé",
    ),
    "work.stage.settle": (
        "step 2 of 2, the file is watched for changes",
        "étape 2 sur 2, le fichier est surveillé",
    ),
    "work.speed.s": (
        "{speed} times as fast as it was recorded",
        "{speed} fois plus vite que l'enregistrement",
    ),
    "work.speed.bytes": ("{speed} MB a second", "{speed} Mo par seconde"),
    "work.speed.seconds": ("{speed} s a second", "{speed} s par seconde"),
    "work.speed.tracks": ("{speed} tracks a second", "{speed} pistes par seconde"),
    "work.left": ("{time} left of this step", "{time} restant pour cette étape"),
    "work.pause": ("Pause", "Mettre en pause"),
    "work.pause_this": ("Pause {name}", "Mettre en pause {name}"),
    "work.resume": ("Go on", "Reprendre"),
    "work.resume_this": ("Go on with {name}", "Reprendre {name}"),
    "work.priority": ("Turn", "Tour"),
    "work.priority.first": ("before the others", "avant les autres"),
    "work.priority.normal": ("in its turn", "à son tour"),
    "work.priority.last": ("after the others", "après les autres"),
    "work.prefer": ("Change its turn", "Changer le tour"),
    "work.prefer_this": ("Change the turn of {name}", "Changer le tour de {name}"),
    "work.empty.analyse": (
        "Nothing is queued. Choose recordings below.",
        "Rien n'est en attente. Choisissez des enregistrements ci-dessous.",
    ),
    "work.empty.receive": (
        "Nothing has been received here since the program began.",
        "Rien n'a été reçu ici depuis le démarrage du programme.",
    ),
    "work.empty.replay": (
        "Nothing was replayed here since the program began. Choose recordings below.",
        "Rien n'a été rejoué ici depuis le démarrage du programme. Choisissez des "
        "enregistrements ci-dessous.",
    ),
    "replay.link": ("Replay an analysis", "Rejouer une analyse"),
    "replay.title": ("Replay, case {reference}", "Rejouer, procédure {reference}"),
    "replay.lead": (
        "A recording is analysed again, aside, and both results are compared. Nothing of it is "
        "shown, and nothing is replaced (art. 230-24).",
        "Un enregistrement est analysé à nouveau, à part, et les deux résultats sont comparés. "
        "Rien n'en est montré, rien n'est remplacé (art. 230-24).",
    ),
    "replay.ask": ("Recordings to analyse again", "Enregistrements à analyser à nouveau"),
    "replay.not_yours": (
        "Auditors and magistrates replay analyses.",
        "Les auditeurs et les magistrats rejouent les analyses.",
    ),
    "replay.no_exhibits": ("The case has no recording.", "La procédure n'a aucun enregistrement."),
    "replay.none": (
        "There is no case whose analyses can be replayed.",
        "Aucune procédure n'a d'analyse à rejouer.",
    ),
    "replay.do": ("Replay", "Rejouer"),
    "replay.verdict.identical": (
        "The same result, to the last digit.",
        "Le même résultat, au dernier chiffre près.",
    ),
    "replay.verdict.within_tolerance": (
        "The same result within the stated tolerance.",
        "Le même résultat dans la tolérance annoncée.",
    ),
    "replay.verdict.different": (
        "Another result, beyond the stated tolerance.",
        "Un autre résultat, au-delà de la tolérance annoncée.",
    ),
    "replay.told": (
        "{kept} tracks kept, {now} now, {alike} alike.",
        "{kept} pistes conservées, {now} à présent, {alike} semblables.",
    ),
    "replay.same": (
        "What decides the result is as it was: recording, versions, models, settings.",
        "Ce qui décide du résultat est inchangé : enregistrement, versions, modèles, réglages.",
    ),
    "replay.differences": (
        "What decides the result has changed:",
        "Ce qui décide du résultat a changé :",
    ),
    "replay.digests": (
        "SHA-256 over all tracks, kept and now:",
        "SHA-256 de toutes les pistes, avant et après :",
    ),
    "work.broken": (
        "The program met an error of its own; what was done is kept. Tell whoever runs it:",
        "Le programme a rencontré une erreur interne ; ce qui est fait est conservé. "
        "Signalez-la à qui l'exploite :",
    ),
    "work.received": ("Received.", "Reçu."),
    "work.known": (
        "The same bytes were received before: it is the same exhibit.",
        "Les mêmes octets avaient été reçus : c'est le même scellé.",
    ),
    "work.clock": ("State its clock", "Déclarer son horloge"),
    "work.found": ("{tracks} candidates were found.", "{tracks} pistes trouvées."),
    "work.found_before": (
        "It was analysed before: {tracks} candidates.",
        "Il avait déjà été analysé : {tracks} pistes.",
    ),
    "work.said.done": ("{name}: done", "{name} : terminé"),
    "work.said.failed": ("{name}: failed", "{name} : échec"),
    "work.said.paused": ("{name}: paused", "{name} : en pause"),
    "work.stopped": (
        "The queue is no longer shown: you may not read this case any more, or your session is "
        "over.",
        "La file n'est plus affichée : vous ne pouvez plus consulter cette procédure, ou votre "
        "session est terminée.",
    ),
    "work.notify": (
        "Notify me outside this page too",
        "Me prévenir aussi hors de cette page",
    ),
    # -- analysing
    "analyse.link": ("Analyse", "Analyser"),
    "analyse.title": ("Analyse, case {reference}", "Analyse, procédure {reference}"),
    "analyse.ask": ("Analyse recordings", "Analyser des enregistrements"),
    "analyse.no_exhibits": (
        "No recording to analyse yet.",
        "Aucun enregistrement à analyser pour l'instant.",
    ),
    "analyse.not_yours": (
        "Investigators have recordings analysed.",
        "Les enquêteurs font analyser les enregistrements.",
    ),
    "analyse.done": ("analysed", "analysé"),
    "analyse.triage": (
        "Triage: decode only around what key pictures show; the rest is stated as passed over",
        "Tri : ne décoder qu'autour de ce que montrent les images clés ; le reste est déclaré "
        "non examiné",
    ),
    "analyse.do": ("Put into the queue", "Mettre en file"),
    # -- clocks
    "clock.title": ("Clock of {name}", "Horloge de {name}"),
    "clock.points": ("Reference points", "Points de repère"),
    "clock.no_points": (
        "None yet. A photograph of both clocks, or a picture whose real time is known, is one.",
        "Aucun. Une photographie des deux horloges, ou une image dont l'heure réelle est connue, "
        "en est un.",
    ),
    "clock.real": ("Real time", "Heure réelle"),
    "clock.recorder": ("The recorder showed", "L'enregistreur affichait"),
    "clock.give": ("Give or take, seconds", "À tant de secondes près"),
    "clock.still": ("Picture", "Image"),
    "clock.look": ("Look at a picture", "Regarder une image"),
    "clock.at": (
        "Seconds since the first picture, up to {length}",
        "Secondes depuis la première image, jusqu'à {length}",
    ),
    "clock.show": ("Show", "Montrer"),
    "clock.picture": ("The recording from {at}, masked", "L'enregistrement à {at}, masqué"),
    "clock.add": ("Add a point", "Ajouter un point"),
    "clock.seen": ("It is seen in the picture at {at}", "Il se voit sur l'image à {at}"),
    "clock.keep": ("Keep the points that there are", "Garder les points existants"),
    "clock.zones": (
        "The offset is that of the day in question: in mainland France +01:00 in winter, +02:00 "
        "in summer.",
        "Le décalage est celui du jour concerné : en métropole +01:00 en hiver, +02:00 en été.",
    ),
    "clock.unseen": (
        "Its pictures can be looked at once it is analysed: what must be concealed in them is not "
        "known before.",
        "Ses images se regardent une fois qu'il est analysé : ce qui doit y être masqué n'est pas "
        "connu avant.",
    ),
    "clock.beyond": (
        "The recording ends before that second.",
        "L'enregistrement se termine avant cette seconde.",
    ),
    "clock.do": ("State it", "Déclarer"),
    # -- receiving
    "receive.link": ("Receive recordings", "Recevoir des enregistrements"),
    "receive.title": (
        "Receive recordings, case {reference}",
        "Recevoir des enregistrements, procédure {reference}",
    ),
    "receive.not_yours": (
        "Investigators receive recordings.",
        "Les enquêteurs reçoivent les enregistrements.",
    ),
    "receive.noscript": (
        "Without script this page cannot read files: use “scelle exhibit receive”.",
        "Sans script, cette page ne peut pas lire de fichiers : utilisez « scelle exhibit "
        "receive ».",
    ),
    "receive.stated": ("What is stated", "Ce qui est déclaré"),
    "receive.origin_hint": (
        "The requisition or the seal (art. 230-21).",
        "La réquisition ou le scellé (art. 230-21).",
    ),
    "receive.recorded_at": (
        "What the recorder's clock showed at the first picture",
        "Ce qu'affichait l'horloge de l'enregistreur à la première image",
    ),
    "receive.recorded_hint": (
        "Empty if it is not known: it can be stated later, with reference points.",
        "Vide si inconnu : on peut le déclarer plus tard, avec des points de repère.",
    ),
    "receive.zone": ("The clock's offset from UTC", "Décalage de l'horloge par rapport à UTC"),
    "receive.offset": (
        "Seconds to add to obtain real time",
        "Secondes à ajouter pour obtenir l'heure réelle",
    ),
    "receive.offset_hint": (
        "-42 if the recorder is 42 seconds fast.",
        "-42 si l'enregistreur avance de 42 secondes.",
    ),
    "receive.proof": ("What that rests on", "Sur quoi cela repose"),
    "receive.files": ("Files", "Fichiers"),
    "receive.drop": (
        "Drop files or folders here, or choose them.",
        "Déposez ici des fichiers ou des dossiers, ou choisissez-les.",
    ),
    "receive.choose": ("Files", "Fichiers"),
    "receive.choose_folder": ("A folder", "Un dossier"),
    "receive.closed": (
        "Only closed recordings are received: a file must have been left alone, at most ten "
        "seconds are waited for, and one that changes while it is read is refused. Its SHA-256 "
        "is computed in this browser and compared with what was written.",
        "Seuls des enregistrements clos sont reçus : un fichier doit être resté inchangé, on "
        "attend dix secondes au plus, et celui qui change pendant sa lecture est refusé. Son "
        "SHA-256 est calculé dans ce navigateur et comparé à ce qui a été écrit.",
    ),
    "receive.do": ("Receive", "Recevoir"),
    "receive.queue": ("Received", "Reçus"),
    "bring.ready": ("ready", "prêt"),
    "bring.sending": ("{done} of {total}", "{done} sur {total}"),
    "bring.goes_on": (
        "{done} of {total}: compared with what came before",
        "{done} sur {total} : comparé à ce qui était arrivé",
    ),
    "bring.waiting": (
        "It was changed a moment ago: looked at again in {seconds} s",
        "Il a été modifié à l'instant : nouvel examen dans {seconds} s",
    ),
    "bring.sent": (
        "It has arrived. Whether it is received stands below.",
        "Il est arrivé. Sa réception figure ci-dessous.",
    ),
    "bring.changed": (
        "It changed while it was read, so it is not closed. Wait until it is, and choose it again.",
        "Il a changé pendant sa lecture : il n'est pas clos. Attendez qu'il le soit et "
        "choisissez-le à nouveau.",
    ),
    "bring.failed": (
        "It did not arrive. Press Receive again: it goes on where it stopped.",
        "Il n'est pas arrivé. Appuyez à nouveau sur Recevoir : l'envoi reprend où il s'est arrêté.",
    ),
    "bring.empty": (
        "This file is empty: there is nothing to receive. Choose another file.",
        "Ce fichier est vide : il n'y a rien à recevoir. Choisissez un autre fichier.",
    ),
    "bring.must": ("This must be stated.", "Ceci doit être déclaré."),
    "bring.future": ("This lies in the future.", "Cette date est à venir."),
    "bring.zone_wrong": ("Write it as in +01:00.", "Écrivez-le comme +01:00."),
    "bring.offset_wrong": (
        "Write seconds, as in -42 or 1.5.",
        "Écrivez des secondes : -42 ou 1,5.",
    ),
    "bring.nothing": ("Choose at least one file.", "Choisissez au moins un fichier."),
    "bring.remove": ("Leave out {name}", "Écarter {name}"),
}
