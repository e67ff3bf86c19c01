"""What the papers say, in English and French; ``{names}`` are facts of the installation.

A line that begins with ``- `` is one of a list.  ``{blank}`` is for the service to fill in.
"""

from __future__ import annotations

from collections.abc import Mapping

from scelle.reporting.words import LANGUAGES, Language

#: Impact assessment, register entry, commitment with technical file, note for the file.
PAPERS = ("impact-assessment", "register-entry", "compliance-commitment", "technical-note")

_Section = tuple[tuple[str, str], tuple[tuple[str, str], ...]]


def clauses(paper: str, language: Language) -> list[tuple[str, list[str]]]:
    """Title and lines of each section of a paper."""
    place = LANGUAGES.index(language)
    return [(title[place], [line[place] for line in lines]) for title, lines in _CLAUSES[paper]]


_PURPOSE: _Section = (
    ("Purpose", "Finalité"),
    (
        (
            "To find, in closed recordings that are documents of one judicial case, the sequences "
            "that matter to it, afterwards and under a magistrate's control "
            "(code of criminal procedure, arts 230-20 to 230-27 and R. 40-39 to R. 40-41).",
            "Rechercher, dans des enregistrements clos qui sont des pièces d'une procédure "
            "judiciaire, les séquences utiles à celle-ci, en temps différé et sous le contrôle "
            "d'un "
            "magistrat (code de procédure pénale, art. 230-20 à 230-27 et R. 40-39 à R. 40-41).",
        ),
        (
            "Frameworks admitted, as the law was read on {law}: {frameworks} ({articles}). Any "
            "other use is refused by the program.",
            "Cadres admis, selon la loi lue le {law} : {frameworks} ({articles}). Tout autre usage "
            "est refusé par le programme.",
        ),
        (
            "Explicit purpose and need of this service: {blank}",
            "Finalité explicite et besoin de ce service : {blank}",
        ),
    ),
)

_DATA: _Section = (
    ("Data", "Données"),
    (
        (
            "- Recordings under seal or requisition, with camera, place and clock; the original is "
            "never altered.",
            "- Enregistrements placés sous scellé ou requis, avec caméra, lieu et horloge ; "
            "l'original n'est jamais modifié.",
        ),
        (
            "- Tracks of what moves: place in the picture, time, class, size, direction, colours "
            "of clothing and things. Classes that models can name: {labels}.",
            "- Pistes de ce qui bouge : place dans l'image, temps, classe, taille, direction, "
            "couleurs des vêtements et des objets. Classes que les modèles peuvent nommer : "
            "{labels}.",
        ),
        (
            "- No biometric data: no face or body recognition, no sex, age, skin, gait or emotion. "
            "{columns} database columns were looked at by name and type; of {checks} checks, "
            "{failed} failed. Found: {found}.",
            "- Aucune donnée biométrique : ni reconnaissance du visage ou du corps, ni sexe, âge, "
            "peau, démarche ou émotion. {columns} colonnes de bases de données examinées par "
            "nom et "
            "par type ; sur {checks} contrôles, {failed} en échec. Trouvé : {found}.",
        ),
        (
            "- Identity appears only after a candidate was confirmed by a person "
            "(art. 230-21): heads and number plates are concealed until then.",
            "- L'identité n'apparaît qu'après un rapprochement confirmé par une personne "
            "(art. 230-21) : têtes et plaques sont dissimulées jusque-là.",
        ),
    ),
)

_RETENTION: _Section = (
    ("Retention and erasure", "Conservation et effacement"),
    (
        (
            "Erased when the inquiry closes, at the latest {years} years after the first recording "
            "(art. 230-22). The program computes and shows the day; erasure destroys the "
            "case's key.",
            "Effacement à la clôture de l'enquête, au plus tard {years} ans après le premier "
            "enregistrement (art. 230-22). Le programme calcule et affiche la date ; l'effacement "
            "détruit la clé de la procédure.",
        ),
        (
            "The ledger outlives the data: without the case's key it tells no agent, case or "
            "reason. Retention of the ledger and its justification: {blank}",
            "Le registre survit aux données : sans la clé de la procédure, il ne dit ni agent, ni "
            "procédure, ni motif. Durée de conservation du registre et sa justification : {blank}",
        ),
    ),
)

_ACCESS: _Section = (
    ("Who may, and who checks", "Accès et contrôle"),
    (
        (
            "Agents individually designated and cleared (arts 230-25 and 15-5), each act on a "
            "magistrate's mandate (art. R. 40-40), reading included.",
            "Agents individuellement désignés et habilités (art. 230-25 et 15-5), chaque acte sur "
            "l'autorisation d'un magistrat (art. R. 40-40), y compris la consultation.",
        ),
        (
            "The prosecutor, the referent magistrate (arts 230-23 and 230-24) and auditors have "
            "their own access, recorded as everybody's is.",
            "Le procureur, le magistrat référent (art. 230-23 et 230-24) et les inspections ont "
            "leur propre accès, inscrit comme celui de chacun.",
        ),
        (
            "Each decision, granted or refused, is written before anything is done, in a ledger "
            "that cannot be altered unseen (directive 2016/680, art. 25; loi 78-17, art. 101).",
            "Chaque décision, accordée ou refusée, est inscrite avant toute exécution, dans un "
            "registre qui ne peut être altéré sans que cela se voie (directive 2016/680, art. 25 ; "
            "loi 78-17, art. 101).",
        ),
    ),
)

_SECURITY: _Section = (
    ("Security", "Sécurité"),
    (
        (
            "- Everything that shows a person is encrypted under a key of the case alone "
            "(AES-256-GCM, the key wrapped in age format).",
            "- Tout ce qui montre une personne est chiffré sous une clé propre à la procédure "
            "(AES-256-GCM, clé enveloppée au format age).",
        ),
        (
            "- Recordings are decoded by processes held by: {sandbox}. Lacking on this machine: "
            "{missing}.",
            "- Les enregistrements sont décodés par des processus contenus par : {sandbox}. Manque "
            "sur cette machine : {missing}.",
        ),
        (
            "- No live source can be opened: no address, camera or pipe; the code to do it does "
            "not exist, and each attestation looks for it.",
            "- Aucune source en direct ne peut être ouverte : ni adresse, ni caméra, ni tube ; le "
            "code n'en existe pas, et chaque attestation le cherche.",
        ),
        (
            "- Signed heads of the ledger are to be kept elsewhere, by: {blank}",
            "- Les têtes signées du registre sont à conserver ailleurs, par : {blank}",
        ),
        (
            "- Backups, disk encryption and the machine's accounts: {blank}",
            "- Sauvegardes, chiffrement des disques et comptes de la machine : {blank}",
        ),
    ),
)

_IDENTITY: _Section = (
    ("The program", "Le programme"),
    (
        (
            "Scelle {version}, EUPL-1.2. {files} source files, SHA-256 {sources}.",
            "Scelle {version}, EUPL-1.2. {files} fichiers sources, SHA-256 {sources}.",
        ),
        (
            "Databases: SHA-256 of the schema {schema}. Installed packages: {packages}.",
            "Bases de données : SHA-256 du schéma {schema}. Paquets installés : {packages}.",
        ),
        ("Models admitted: {models}.", "Modèles admis : {models}."),
        ("Settings: {settings}.", "Paramètres : {settings}."),
        ("The ledger's key: {vkey}", "Clé du registre : {vkey}"),
        ("{state}", "{state}"),
    ),
)

_LIMITS: _Section = (
    ("What the program cannot ensure", "Ce que le programme ne peut garantir"),
    (
        (
            "- It cannot make a use lawful: the controller and the magistrates do.",
            "- Il ne rend pas un usage licite : cela revient au responsable et aux magistrats.",
        ),
        (
            "- Nothing found is not proof that nothing was there; every result is a candidate that "
            "a person confirms or rejects, and error rates stand beside results.",
            "- Ne rien trouver ne prouve pas qu'il n'y avait rien ; tout résultat est un "
            "rapprochement proposé qu'une personne confirme ou écarte, et les taux d'erreur sont "
            "indiqués à côté des résultats.",
        ),
        (
            "- An intact ledger proves what this program did, not that nobody used another.",
            "- Un registre intact prouve ce que ce programme a fait, non que personne n'en a "
            "utilisé un autre.",
        ),
    ),
)

_CLAUSES: Mapping[str, tuple[_Section, ...]] = {
    "impact-assessment": (
        _PURPOSE,
        _DATA,
        (
            ("Necessity and proportion", "Nécessité et proportionnalité"),
            (
                (
                    "- Only recordings of the case, only cameras and times that the mandate names, "
                    "only while it is in force: long work asks again at each segment.",
                    "- Seuls les enregistrements de la procédure, les caméras et plages "
                    "horaires que "
                    "l'autorisation nomme, et tant qu'elle est en vigueur : un travail long la "
                    "revérifie à chaque segment.",
                ),
                (
                    "- Nothing is decided by the machine (directive 2016/680, art. 11).",
                    "- Rien n'est décidé par la machine (directive 2016/680, art. 11).",
                ),
                (
                    "- Why a less intrusive means would not do, in this service: {blank}",
                    "- Pourquoi un moyen moins intrusif ne suffirait pas, dans ce service : "
                    "{blank}",
                ),
            ),
        ),
        (
            ("Risks to people, and what answers them", "Risques pour les personnes, et réponses"),
            (
                (
                    "- Use outside the law: refused and written by the door; checked by "
                    "magistrates "
                    "and auditors; published in figures that anybody can verify.",
                    "- Usage hors la loi : refusé et inscrit par la porte ; contrôlé par les "
                    "magistrats et les inspections ; publié en chiffres que chacun peut vérifier.",
                ),
                (
                    "- Mistaken candidate: nothing is concluded without a named person's decision "
                    "and reason; rejected ones are kept for the defence.",
                    "- Rapprochement erroné : rien n'est conclu sans la décision motivée d'une "
                    "personne nommée ; ceux écartés sont conservés pour la défense.",
                ),
                (
                    "- Bystanders: heads and plates concealed; what shows them is erased with the "
                    "case.",
                    "- Tiers présents : têtes et plaques dissimulées ; ce qui les montre est "
                    "effacé "
                    "avec la procédure.",
                ),
                (
                    "- Theft of the machine: keys of cases wrapped; what is left once disks are "
                    "taken: {blank}",
                    "- Vol de la machine : clés des procédures enveloppées ; ce qui reste si les "
                    "disques sont pris : {blank}",
                ),
                (
                    "- Residual risk, and who accepts it: {blank}",
                    "- Risque résiduel, et qui l'accepte : {blank}",
                ),
            ),
        ),
        _RETENTION,
        _ACCESS,
        _SECURITY,
        _LIMITS,
    ),
    "register-entry": (
        (
            ("Controller", "Responsable"),
            (
                (
                    "{service}. Contact and data protection officer: {blank}",
                    "{service}. Contact et délégué à la protection des données : {blank}",
                ),
            ),
        ),
        _PURPOSE,
        _DATA,
        (
            ("People concerned and recipients", "Personnes concernées et destinataires"),
            (
                (
                    "People who pass in front of the cameras of a case. Recipients: the cleared "
                    "agents and magistrates of the case, and whom they requisition.",
                    "Personnes passant devant les caméras d'une procédure. Destinataires : agents "
                    "habilités et magistrats de la procédure, et les personnes qu'ils requièrent.",
                ),
                (
                    "No transfer outside the Union is made by the program.",
                    "Le programme n'opère aucun transfert hors de l'Union.",
                ),
            ),
        ),
        _RETENTION,
        _SECURITY,
    ),
    "compliance-commitment": (
        (
            ("Commitment", "Engagement"),
            (
                (
                    "{service} undertakes to use this software as décret 2012-687 and arts R. "
                    "40-39 "
                    "to R. 40-41 of the code of criminal procedure provide, and joins its "
                    "technical "
                    "file below.",
                    "{service} s'engage à utiliser ce logiciel conformément au décret 2012-687 et "
                    "aux articles R. 40-39 à R. 40-41 du code de procédure pénale, et joint "
                    "ci-dessous son dossier technique.",
                ),
                (
                    "Real cases cannot be opened before the day of sending is recorded in the "
                    "program (scelle record-commitment).",
                    "Aucune procédure réelle ne peut être ouverte avant que la date d'envoi soit "
                    "inscrite dans le programme (scelle record-commitment).",
                ),
                (
                    "Places of use, number of posts and of agents: {blank}",
                    "Lieux d'utilisation, nombre de postes et d'agents : {blank}",
                ),
            ),
        ),
        _IDENTITY,
        _DATA,
        _RETENTION,
        _ACCESS,
        _SECURITY,
        _LIMITS,
    ),
    "technical-note": (
        (
            ("Object of this note", "Objet de cette note"),
            (
                (
                    "To be joined to a case in which the software was used: what it is, what it "
                    "does and what it cannot say.",
                    "À joindre à une procédure dans laquelle le logiciel a été utilisé : ce qu'il "
                    "est, ce qu'il fait et ce qu'il ne peut dire.",
                ),
                ("Case and authorisation: {blank}", "Procédure et autorisation : {blank}"),
            ),
        ),
        _IDENTITY,
        (
            ("Method", "Méthode"),
            (
                (
                    "The original is hashed when it is received and read from its encrypted copy; "
                    "what was decoded, skipped or damaged is counted and stated.",
                    "L'original est haché à sa réception et lu depuis sa copie chiffrée ; ce qui a "
                    "été décodé, sauté ou endommagé est compté et dit.",
                ),
                (
                    "What moves is found against the background, followed over the whole "
                    "recording, "
                    "and described; the same recording, version and settings give the same result.",
                    "Ce qui bouge est trouvé par rapport au fond, suivi sur tout l'enregistrement, "
                    "puis décrit ; mêmes enregistrement, version et paramètres donnent le même "
                    "résultat.",
                ),
                (
                    "Times are those of the recorder; a correction of its clock is stated with its "
                    "proof and never written into the original.",
                    "Les heures sont celles de l'enregistreur ; une correction de son horloge est "
                    "dite avec sa preuve et jamais portée dans l'original.",
                ),
            ),
        ),
        _ACCESS,
        _SECURITY,
        _LIMITS,
        (
            ("Head of the ledger at this date", "Tête du registre à cette date"),
            (("SHA-256 of the signed head: {head}", "SHA-256 de la tête signée : {head}"),),
        ),
    ),
}
