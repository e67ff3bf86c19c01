"""Why the law refuses, and what mends it, in French; see :mod:`scelle.model.error_words`."""

from __future__ import annotations

#: English to French; the same names in braces on both sides.
LAW: tuple[tuple[str, str], ...] = (
    # who asks
    (
        "Nobody is registered under the name {name} that asks.",
        "Personne n'est enregistré sous le nom {name} qui demande.",
    ),
    (
        "Say who asks with `--as NAME` or the variable SCELLE_AGENT. Ask an administrator to run "
        "`{command}`.",
        "Dites qui demande avec `--as NOM` ou la variable SCELLE_AGENT. Demandez à un "
        "administrateur d'exécuter `{command}`.",
    ),
    (
        "Ask an administrator to run `{command}`.",
        "Demandez à un administrateur d'exécuter `{command}`.",
    ),
    (
        "Run `{command}`: the first person registered is the administrator, who registers "
        "everybody else.",
        "Exécutez `{command}` : la première personne enregistrée est l'administrateur, qui "
        "enregistre les autres.",
    ),
    ("Clearance {clearance} was withdrawn.", "L'habilitation {clearance} a été retirée."),
    (
        "Clearance {clearance} does not cover video.",
        "L'habilitation {clearance} ne couvre pas la vidéo.",
    ),
    ("{agent} cannot be both {roles}.", "{agent} ne peut être à la fois {roles}."),
    (
        "Give one of the roles to another person and run the same command for each.",
        "Donnez l'une des qualités à une autre personne, puis recommencez pour chacune.",
    ),
    # cases and recordings
    (
        "Run `scelle case list` to see the cases, or `scelle case open` to open one.",
        "Exécutez `scelle case list` pour voir les procédures, ou `scelle case open` pour en "
        "ouvrir une.",
    ),
    (
        "Run `scelle case open --reference REFERENCE --framework {framework} --service SERVICE` "
        "if the inquiry allows it.",
        "Exécutez `scelle case open --reference REFERENCE --framework {framework} --service "
        "SERVICE` si l'enquête le permet.",
    ),
    (
        "Nothing of it is left but its certificate: `scelle erasure verify CERTIFICATE`.",
        "Il n'en reste que le certificat : `scelle erasure verify CERTIFICATE`.",
    ),
    (
        "{framework} is not a framework of art. 230-20: {known}.",
        "{framework} n'est pas un cadre de l'art. 230-20 : {known}.",
    ),
    ("{family} is not a family of offences.", "{family} n'est pas une famille d'infractions."),
    ("Use one of {names}.", "Choisissez parmi {names}."),
    (
        "Nobody has recorded that the compliance commitment was sent.",
        "Personne n'a inscrit l'envoi de l'engagement de conformité.",
    ),
    (
        "Draw it up with scelle papers, send it, record the day with scelle record-commitment, "
        "then run the same command; to try, add --demonstration.",
        "Établissez-le avec scelle papers, envoyez-le, inscrivez le jour avec scelle "
        "record-commitment, puis recommencez ; pour essayer, ajoutez --demonstration.",
    ),
    ("There is a case {case} already.", "Il existe déjà une procédure {case}."),
    (
        "The id chosen for the case is not one that a case can have.",
        "L'identifiant choisi ne peut être celui d'une procédure.",
    ),
    ("The {what} is given without a time zone.", "Il manque le fuseau horaire : {what}."),
    (
        "Write it as in 2026-03-01T22:00:00+01:00 and run the command again.",
        "Écrivez-le comme 2026-03-01T22:00:00+01:00 et recommencez.",
    ),
    ("The {what} ends before it begins.", "La fin précède le début : {what}."),
    (
        "Give an end later than the beginning and run the command again.",
        "Indiquez une fin postérieure au début et recommencez.",
    ),
    (
        "The recorder's clock cannot be corrected by more than 100 years.",
        "L'horloge de l'enregistreur ne peut être corrigée de plus de 100 ans.",
    ),
    (
        "The recorder's time lies outside the years 1900 to 2199.",
        "L'heure de l'enregistreur est hors des années 1900 à 2199.",
    ),
    (
        "Correct the time that the recorder showed, or its offset, and run the same command.",
        "Corrigez l'heure qu'affichait l'enregistreur, ou son décalage, et recommencez.",
    ),
    (
        "Run `scelle exhibit receive FILE --case {case} --camera CAMERA --origin ORIGIN "
        "--recorded-at TIME` with the time that the recorder showed.",
        "Déclarez à la réception l'heure qu'affichait l'enregistreur : `scelle exhibit receive "
        "FILE --case {case} --camera CAMERA --origin ORIGIN --recorded-at TIME`.",
    ),
    (
        "Run `{command}` with the time that the recorder showed at the first picture.",
        "Exécutez `{command}` avec l'heure qu'affichait l'enregistreur à la première image.",
    ),
    (
        "Nobody has stated what the recorder showed at the first picture of {exhibit}.",
        "Personne n'a déclaré ce qu'affichait l'enregistreur à la première image de {exhibit}.",
    ),
    (
        "Give it with --recorded-at beside the reference points.",
        "Déclarez-le avec les points de repère.",
    ),
    ("Nothing is stated of the clock.", "Rien n'est déclaré de l'horloge."),
    (
        "Give --recorded-at, --reference, --offset or --zone.",
        "Déclarez l'heure de la première image, un point de repère ou un décalage.",
    ),
    ("Nothing is corrected.", "Rien n'est corrigé."),
    ("Give --camera or --origin, not empty.", "Indiquez la caméra ou l'origine."),
    ("A correction says why.", "Une correction dit pourquoi."),
    ("Run the same command with --reason REASON.", "Recommencez en donnant un motif."),
    (
        "No exhibit is named: what is stated of one is not true of all.",
        "Aucun scellé n'est désigné : ce qui est déclaré de l'un ne vaut pas pour tous.",
    ),
    ("No exhibit is named.", "Aucun scellé n'est désigné."),
    (
        "Case {case} holds no synopsis {synopsis}.",
        "La procédure {case} n'a pas de synopsis {synopsis}.",
    ),
    # authorisations
    (
        "No magistrate has granted a mandate in case {case}.",
        "Aucun magistrat n'a accordé d'autorisation dans la procédure {case}.",
    ),
    ("The mandate would permit nothing.", "L'autorisation ne permettrait rien."),
    (
        "The description that the mandate would be limited to says nothing.",
        "La description à laquelle l'autorisation serait limitée ne dit rien.",
    ),
    (
        "Give what is searched for, such as --only-class car, or leave the limit out.",
        "Indiquez ce qui est recherché, comme --only-class car, ou n'y mettez pas de limite.",
    ),
    (
        "No mandate is deemed granted in the framework {framework}.",
        "Aucune autorisation n'est réputée accordée dans le cadre {framework}.",
    ),
    (
        "A magistrate has stopped a mandate of case {case}: nothing is supposed any more.",
        "Un magistrat a arrêté une autorisation de la procédure {case} : plus rien n'est réputé "
        "accordé.",
    ),
    (
        "The case belongs to the service {service}.",
        "La procédure appartient au service {service}.",
    ),
    (
        "Ask an investigator of the service {service} to run the same command.",
        "Demandez à un enquêteur du service {service} de le faire.",
    ),
    (
        "A mandate deemed granted lasts at most {days} days: this one until {end} at the latest.",
        "Une autorisation réputée accordée dure au plus {days} jours : celle-ci jusqu'au {end} au "
        "plus tard.",
    ),
    (
        "Give an earlier --valid-to and run the same command again.",
        "Indiquez une fin plus proche et recommencez.",
    ),
    (
        "Mandate {mandate} was withdrawn for good.",
        "L'autorisation {mandate} a été retirée définitivement.",
    ),
    (
        "Case {case} holds no mandate {mandate}.",
        "La procédure {case} n'a pas d'autorisation {mandate}.",
    ),
    (
        "Mandate {mandate} was granted by {magistrate}.",
        "L'autorisation {mandate} a été accordée par {magistrate}.",
    ),
    (
        "Mandate {mandate} is only deemed granted, and the prosecutor has objected in case {case}.",
        "L'autorisation {mandate} n'est que réputée accordée, et le procureur s'est opposé dans la "
        "procédure {case}.",
    ),
    (
        "Mandate {mandate} is only deemed granted, which {framework} does not allow.",
        "L'autorisation {mandate} n'est que réputée accordée, ce que le cadre {framework} ne "
        "permet pas.",
    ),
    (
        "Mandate {mandate} is limited to a window of recorded time, and nobody has stated when "
        "{exhibit} was recorded.",
        "L'autorisation {mandate} est limitée à une plage de temps, et personne n'a déclaré quand "
        "{exhibit} a été enregistré.",
    ),
    (
        "Mandate {mandate} covers recordings from {first} to {last}, and {exhibit} was recorded "
        "from {start} to {end}.",
        "L'autorisation {mandate} couvre les enregistrements du {first} au {last} ; {exhibit} va "
        "du {start} au {end}.",
    ),
    (
        "Mandate {mandate} covers recordings from {first}, and {exhibit} was recorded from {start} "
        "to {end}.",
        "L'autorisation {mandate} couvre les enregistrements à partir du {first} ; {exhibit} va "
        "du {start} au {end}.",
    ),
    (
        "Mandate {mandate} covers recordings to {last}, and {exhibit} was recorded from {start} "
        "to {end}.",
        "L'autorisation {mandate} couvre les enregistrements jusqu'au {last} ; {exhibit} va du "
        "{start} au {end}.",
    ),
    (
        "Wait until {until}, or else: ask a magistrate of the case to run `{command}`.",
        "Attendez le {until}, ou demandez à un magistrat de la procédure d'exécuter `{command}`.",
    ),
    # decisions, and what leaves
    (
        "Nobody has confirmed {track}, and no reason is given to reveal it.",
        "Personne n'a confirmé {track}, et aucun motif n'est donné de lever son masquage.",
    ),
    ("A decision says why.", "Une décision dit pourquoi."),
    (
        "A concealment is changed for a reason.",
        "On ne change un masquage qu'en donnant un motif.",
    ),
    (
        "Ledger entry {entry} is no act of this case that waits for a second person.",
        "L'inscription {entry} n'est pas un acte de cette procédure qui attende une seconde "
        "personne.",
    ),
    ("Give the entry that the refusal named.", "Donnez l'inscription qu'indique le refus."),
    ("Nobody is their own second person.", "Personne n'est sa propre seconde personne."),
    (
        "Ask another person to run the same command.",
        "Demandez à une autre personne de le faire.",
    ),
    (
        "In this case, {act} needs a second person, and nobody has approved it.",
        "Dans cette procédure, {act} demande une seconde personne, et nul ne l'a approuvé.",
    ),
    ("A copy that leaves says why.", "Une copie qui sort dit pourquoi."),
    ("Nobody is named who receives it.", "Personne n'est désigné pour la recevoir."),
    ("Name who receives it with --recipient.", "Indiquez qui la reçoit."),
    (
        "A copy is called back for a reason.",
        "On ne rappelle une copie qu'en donnant un motif.",
    ),
    (
        "Somebody else's evidence is opened for a reason.",
        "On n'ouvre les preuves d'autrui qu'en donnant un motif.",
    ),
    # how long data are kept, and requests
    (
        "The deadline of case {case} is not {days} days away.",
        "L'échéance de la procédure {case} n'est pas dans {days} jours.",
    ),
    (
        "Run `scelle retention run`: it announces what is to be announced.",
        "Exécutez `scelle retention run` : cela annonce ce qui doit l'être.",
    ),
    (
        "Data are kept longer only for offences under {articles}.",
        "Les données ne se gardent plus longtemps que pour les infractions des {articles}.",
    ),
    (
        "Give the article that the case falls under with --article, or let it be erased.",
        "Indiquez l'article dont relève la procédure, ou laissez-la s'effacer.",
    ),
    ("The deadline passed on {day}.", "L'échéance est passée depuis le {day}."),
    (
        "Run `scelle retention run`: the case must be erased.",
        "Exécutez `scelle retention run` : la procédure doit être effacée.",
    ),
    (
        "An extension is not asked for here.",
        "Une prolongation ne se demande pas ici.",
    ),
    (
        "Run `scelle retention extend --case {case} --article ARTICLE`.",
        "Exécutez `scelle retention extend --case {case} --article ARTICLE`.",
    ),
    ("Nothing is asked.", "Rien n'est demandé."),
    ("Say what is asked with --text.", "Dites ce qui est demandé."),
    (
        "Case {case} has no open request {request}.",
        "La procédure {case} n'a pas de demande {request} en attente.",
    ),
    (
        "Run `scelle request list --case {case}` to see those that there are.",
        "La page de la procédure liste celles qui sont en attente, comme `scelle request list "
        "--case {case}`.",
    ),
    (
        "An order to erase is settled by erasing; only a magistrate declines it.",
        "Un ordre d'effacer se règle en effaçant ; seul un magistrat le décline.",
    ),
    (
        "Run `scelle erasure run --case {case} --output CERTIFICATE`.",
        "Exécutez `scelle erasure run --case {case} --output CERTIFICATE`.",
    ),
    (
        "A request is settled as done or declined, with what was done.",
        "Une demande se règle comme faite ou refusée, en disant ce qui a été fait.",
    ),
    (
        "Give --state done or --state declined, and --answer.",
        "Dites si c'est fait ou refusé, et ce qui a été fait.",
    ),
    (
        "Case {case} is open and kept until {until}; nobody ordered its erasure.",
        "La procédure {case} est ouverte et gardée jusqu'au {until} ; personne n'a ordonné de "
        "l'effacer.",
    ),
    (
        "A sequestered copy needs its recipient and its place.",
        "Une copie séquestrée demande un destinataire et un lieu.",
    ),
    (
        "Give both --sequester-to RECIPIENT and --sequestered FOLDER, or neither.",
        "Donnez --sequester-to RECIPIENT et --sequestered FOLDER, ou aucun des deux.",
    ),
    (
        "Only an order lets a copy be kept elsewhere.",
        "Seul un ordre permet de garder une copie ailleurs.",
    ),
    # people
    (
        "The first person registered must be an administrator.",
        "La première personne enregistrée doit être administrateur.",
    ),
    (
        "Administrators cannot take that role from themselves.",
        "Un administrateur ne peut se retirer cette qualité.",
    ),
    (
        "Ask another administrator to run the same command.",
        "Demandez à un autre administrateur de le faire.",
    ),
    ("{agent} would have no role.", "{agent} n'aurait aucune qualité."),
    ("Nobody is registered as {agent}.", "Personne n'est enregistré sous le nom {agent}."),
    ("Register the person first.", "Enregistrez d'abord cette personne."),
    ("Nobody designates themselves.", "Personne ne s'habilite soi-même."),
    (
        "Ask another head of service {service} run the same command.",
        "Demandez à un autre chef du service {service} de le faire.",
    ),
    (
        "The clearance would cover no type of data.",
        "L'habilitation ne couvrirait aucun type de données.",
    ),
    ("There is no clearance {clearance}.", "Il n'y a pas d'habilitation {clearance}."),
    (
        "Run `scelle clearance withdraw` with the id that `scelle clearance grant` printed.",
        "Exécutez `scelle clearance withdraw` avec l'identifiant qu'a donné `scelle clearance "
        "grant`.",
    ),
    (
        "{agent} heads the service {own}, not {service}.",
        "{agent} est chef du service {own}, non de {service}.",
    ),
    (
        "Ask the head of the service {service} to run the same command.",
        "Demandez au chef du service {service} de le faire.",
    ),
    (
        "Too many wrong passwords: none is looked at before {until}.",
        "Trop de mots de passe erronés : aucun n'est examiné avant le {until}.",
    ),
    ("Sign in with a passkey, or wait.", "Connectez-vous avec une clé d'accès, ou patientez."),
    (
        "{agent} has a way to sign in: only the head of the service gives another.",
        "{agent} a de quoi se connecter : seul le chef de service en donne un autre moyen.",
    ),
    (
        "Ask the head of the person's service to run the same command.",
        "Demandez au chef de service de cette personne de le faire.",
    ),
    # oversight
    (
        "The month {month} is not over: its figures would change.",
        "Le mois {month} n'est pas terminé : ses chiffres changeraient.",
    ),
    (
        "Give an earlier month with --to, or read the figures with scelle oversight report.",
        "Choisissez un mois terminé.",
    ),
    (
        "Accepting what no act has left says why.",
        "Accepter ce qu'aucun acte n'a laissé demande un motif.",
    ),
    (
        "Nobody accepts what is stored of themselves.",
        "Personne n'accepte ce qui est conservé sur soi-même.",
    ),
    (
        "Ask another overseer to run the same command.",
        "Demandez à une autre personne chargée du contrôle de le faire.",
    ),
    (
        "Turning the ledger's time back says why.",
        "Reculer l'heure du registre demande un motif.",
    ),
    (
        "{day} is not a day on which a commitment was sent.",
        "{day} n'est pas un jour où un engagement a été envoyé.",
    ),
    (
        "Give the day on which it was sent, as in 2026-11-24.",
        "Indiquez le jour de l'envoi, comme 2026-11-24.",
    ),
    (
        "The hash of what was sent is not a SHA-256.",
        "L'empreinte de ce qui a été envoyé n'est pas un SHA-256.",
    ),
    ("No rule allows the act {act}.", "Aucune règle ne permet l'acte {act}."),
    (
        "Run `scelle --help` to see the acts that the law allows.",
        "Exécutez `scelle --help` pour voir les actes permis.",
    ),
    (
        "What is stored of {what} is not what the ledger's acts left.",
        "Ce qui est conservé de {what} n'est pas ce que les actes du registre ont laissé.",
    ),
    (
        "Run `scelle ledger verify` and tell an auditor; restore the database as it was, or let "
        "an auditor accept it with `scelle ledger accept`.",
        "Exécutez `scelle ledger verify` et prévenez un auditeur ; remettez la base comme elle "
        "était, ou qu'un auditeur l'accepte avec `scelle ledger accept`.",
    ),
    ("Run `{command}`.", "Exécutez `{command}`."),
)
