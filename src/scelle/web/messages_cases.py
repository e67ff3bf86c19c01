"""Sentences of the cases' pages and of the magistrate's console."""

from __future__ import annotations

from collections.abc import Mapping

#: Key to (English, French).
CASES: Mapping[str, tuple[str, str]] = {
    "place.console": ("Console", "Console"),
    "cases.lead": (
        "The nearest deadline first. At the deadline everything is erased (art. 230-22).",
        "L'échéance la plus proche d'abord. À l'échéance, tout est effacé (art. 230-22).",
    ),
    "cases.reference": ("Case", "Procédure"),
    "cases.deadline": ("Deadline", "Échéance"),
    "cases.left": ("{days} days left", "{days} jours restants"),
    "cases.overdue": ("overdue", "dépassée"),
    "cases.review": ("Review", "Examiner"),
    "open.title": ("Open a case", "Ouvrir une procédure"),
    "open.family": (
        "Family of offences, counted when published",
        "Famille d'infractions, comptée dans ce qui est publié",
    ),
    "open.do": ("Open", "Ouvrir"),
    "file.opened": ("Opened on", "Ouverte le"),
    "file.review": ("Review the tracks", "Examiner les pistes"),
    "file.live": ("Live synopsis", "Synopsis interactif"),
    "file.done": ("Done, and written in the ledger.", "Fait, et inscrit au registre."),
    "file.mandates": ("Authorisations", "Autorisations"),
    "file.expired": ("expired", "expirée"),
    "file.everything": ("every exhibit and camera", "tous les scellés et caméras"),
    "file.exhibits_only": ("{count} named exhibits", "{count} scellés désignés"),
    "file.cameras_only": ("cameras {names}", "caméras {names}"),
    "file.from": ("recorded from {at}", "enregistré à partir du {at}"),
    "file.to": ("recorded until {at}", "enregistré jusqu'au {at}"),
    "file.scope": ("Covers", "Porte sur"),
    "file.permits": ("Permits", "Permet"),
    "file.valid": ("In force", "En vigueur"),
    "file.validity": ("{start} to {end}", "du {start} au {end}"),
    "file.why": ("Reason, written in the ledger", "Motif, inscrit au registre"),
    "say.active": ("Restore", "Rétablir"),
    "say.objected": ("Object", "S'opposer"),
    "say.suspended": ("Suspend", "Suspendre"),
    "say.withdrawn": ("Withdraw for good", "Retirer définitivement"),
    "grant.title": ("Grant an authorisation", "Accorder une autorisation"),
    "grant.why": (
        "From now on, in the framework of this case. What is not ticked stays refused.",
        "À compter de maintenant, dans le cadre de cette procédure. Ce qui n'est pas coché reste "
        "refusé.",
    ),
    "grant.days": ("Days", "Jours"),
    "grant.cameras": (
        "Only these cameras, between commas (empty: all)",
        "Seulement ces caméras, séparées par des virgules (vide : toutes)",
    ),
    "grant.do": ("Grant", "Accorder"),
    "file.exhibits": ("Exhibits", "Scellés"),
    "file.no_exhibits": ("No recording yet.", "Aucun enregistrement pour l'instant."),
    "file.coverage_unknown": (
        "Its coverage is not told to you: it needs an authorisation in force.",
        "Sa couverture ne vous est pas communiquée : il y faut une autorisation en vigueur.",
    ),
    "coverage.damaged": (
        "Not complete: analysed as far as it could be decoded. Damaged or missing: {damaged} of "
        "{expected} frames; nothing is said of what they showed. Copy the recording again from "
        "its source: it may be whole there",
        "Incomplet : analysé pour autant qu'il ait pu être décodé. Images endommagées ou "
        "manquantes : {damaged} sur {expected} ; rien n'est dit de ce qu'elles montraient. Copiez "
        "à nouveau l'enregistrement depuis sa source : il y est peut-être entier",
    ),
    "file.certificate": ("Coverage certificate", "Certificat de couverture"),
    "file.people": ("People with a clearance", "Personnes habilitées"),
    "file.person": ("Person", "Personne"),
    "file.by": ("Granted by", "Accordée par"),
    "file.until": ("Until", "Jusqu'au"),
    "file.withdrawn": ("withdrawn", "retirée"),
    "file.in_force": ("in force", "en vigueur"),
    "file.nobody": (
        "Nobody has a clearance for this service: its head grants them.",
        "Personne n'est habilité pour ce service : son chef accorde les habilitations.",
    ),
    "file.papers": ("Papers", "Pièces"),
    "file.document": ("Signed authorisation {digest}", "Autorisation signée {digest}"),
    "file.report": (
        "Closing report (art. R. 40-40)",
        "Rapport de fin d'opérations (art. R. 40-40)",
    ),
    "file.report_lead": (
        "A PDF file to keep and to sign. It is a copy that leaves, and is counted.",
        "Un fichier PDF à conserver et à signer. C'est une copie qui sort, et qui est comptée.",
    ),
    "file.report_fr": ("Draw it up in French", "L'établir en français"),
    "file.report_en": ("Draw it up in English", "L'établir en anglais"),
    "file.no_papers": (
        "No signed document is kept with the authorisations.",
        "Aucun document signé n'est joint aux autorisations.",
    ),
    "file.requests": ("Orders and requests", "Ordres et demandes"),
    "file.no_requests": ("None is open.", "Aucun n'est en attente."),
    "file.asked": ("asked by {who} on {at}", "demandé par {who} le {at}"),
    "request.erasure": ("erasure", "effacement"),
    "request.rectification": ("rectification", "rectification"),
    "request.completion": ("completion", "complètement"),
    "request.extension": ("extension", "prolongation"),
    "order.carried": (
        "It is carried out where the program runs:",
        "Il s'exécute là où tourne le programme :",
    ),
    "file.ask": (
        "A magistrate grants one on this page.",
        "Un magistrat en accorde une sur cette page.",
    ),
    "order.title": ("Order, or ask for a correction", "Ordonner, ou demander une correction"),
    "order.kind": ("What", "Objet"),
    "order.text": ("In your words", "En vos termes"),
    "order.do": ("Send", "Transmettre"),
    "settle.answer": ("What was done, or why not", "Ce qui a été fait, ou pourquoi non"),
    "settle.done": ("Done", "Fait"),
    "settle.declined": ("Declined", "Refusé"),
    "file.activity": ("Activity", "Activité"),
    "file.activity_lead": (
        "The last acts in this case; all of them are in the ledger.",
        "Les derniers actes de cette procédure ; tous sont au registre.",
    ),
    "file.at": ("When", "Quand"),
    "file.who": ("Who", "Qui"),
    "file.act": ("Act", "Acte"),
    "file.result": ("Outcome", "Issue"),
    "file.entry": ("Entry", "Inscription"),
    "console.title": ("Magistrate's console", "Console du magistrat"),
    "console.lead": (
        "Every open case with its authorisations. What you say takes effect at once: a search is "
        "refused from then on, an analysis stops at its next segment, a playing video within "
        "five seconds.",
        "Chaque procédure ouverte avec ses autorisations. Votre décision prend effet aussitôt : "
        "toute recherche est refusée, une analyse s'arrête à son prochain segment, une lecture "
        "vidéo en cinq secondes au plus.",
    ),
    "console.none": (
        "No case is open. There is nothing for you to decide.",
        "Aucune procédure n'est ouverte. Vous n'avez rien à décider.",
    ),
    "console.running": ("Under way", "En cours"),
    "console.nothing": (
        "Nothing is under way under these authorisations.",
        "Rien n'est en cours sous ces autorisations.",
    ),
    "console.no_mandate": (
        "No authorisation yet: nothing may be done with recordings.",
        "Aucune autorisation : rien ne peut être fait des enregistrements.",
    ),
    "console.file": ("The case's page", "Page de la procédure"),
    "lease.stopped": (
        "Stopped: the door no longer allows it. Ask the magistrate, or open the case again.",
        "Arrêté : la lecture n'est plus permise. Adressez-vous au magistrat, ou rouvrez la "
        "procédure.",
    ),
    "synopsis.asked": ("It was to show: {told}.", "Il devait montrer : {told}."),
    "synopsis.asked.everything": (
        "It was to show everything that was found.",
        "Il devait montrer tout ce qui a été trouvé.",
    ),
    "synopsis.asked.unknown": (
        "What it was to show was not kept: it was composed by an earlier release.",
        "Ce qu'il devait montrer n'a pas été conservé : une version antérieure l'a composé.",
    ),
}
