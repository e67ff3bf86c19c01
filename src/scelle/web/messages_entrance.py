"""Sentences of the pages on which people come in."""

from __future__ import annotations

from collections.abc import Mapping

#: Key to (English, French).
ENTRANCE: Mapping[str, tuple[str, str]] = {
    "page.places": ("Places", "Rubriques"),
    "page.sign_out": ("Sign out", "Se déconnecter"),
    "place.cases": ("Cases", "Procédures"),
    "place.ledger": ("Ledger", "Registre"),
    "place.account": ("Account", "Compte"),
    "entrance.title": ("Sign in", "Connexion"),
    "entrance.lead": (
        "What you do here is written down under your name, reading included.",
        "Ce que vous faites ici est inscrit sous votre nom, la consultation comprise.",
    ),
    "entrance.passkey": ("With a passkey", "Avec une clé d'accès"),
    "entrance.do_passkey": ("Sign in with a passkey", "Se connecter avec une clé d'accès"),
    "entrance.passkey_why": (
        "Nothing to remember, and nothing that can be given away.",
        "Rien à retenir, et rien qui puisse être divulgué.",
    ),
    "entrance.elsewhere": (
        "A passkey belongs to a name, not to a number. Open this address:",
        "Une clé d'accès est liée à un nom, non à un numéro. Ouvrez cette adresse :",
    ),
    "entrance.password": ("With a password", "Avec un mot de passe"),
    "entrance.name": ("Name", "Identifiant"),
    "entrance.secret": ("Password", "Mot de passe"),
    "entrance.do_password": ("Sign in", "Se connecter"),
    "entrance.code": ("With an invitation", "Avec une invitation"),
    "entrance.code_why": (
        "For the first time: the code that an administrator or your head of service gave you. "
        "It is good once, for two days.",
        "Pour la première fois : le code remis par un administrateur ou votre chef de service. "
        "Il sert une seule fois, pendant deux jours.",
    ),
    "entrance.code_field": ("Code", "Code"),
    "entrance.do_code": ("Go on", "Continuer"),
    "entrance.nobody": (
        "Nobody is known here yet. On this machine, register the first administrator with "
        "scelle agent register NAME --role administrator --service SERVICE, then run "
        "scelle credential invite NAME for the code of an invitation.",
        "Personne n'est encore connu ici. Sur cette machine, enregistrez le premier "
        "administrateur avec scelle agent register NOM --role administrator --service SERVICE, "
        "puis obtenez un code d'invitation avec scelle credential invite NOM.",
    ),
    "entrance.enrolled": (
        "It is kept, and the invitation is used up. Sign in now with what you have chosen.",
        "C'est enregistré, et l'invitation a servi. Connectez-vous maintenant avec ce que vous "
        "avez choisi.",
    ),
    "entrance.failed.wrong": (
        "That does not let you in. Check the name and what you typed.",
        "Cela ne permet pas d'entrer. Vérifiez l'identifiant et votre saisie.",
    ),
    "entrance.failed.locked": (
        "Too many wrong passwords: none is looked at for a quarter of an hour. "
        "A passkey still opens.",
        "Trop de mots de passe erronés : aucun n'est examiné pendant un quart d'heure. "
        "Une clé d'accès ouvre toujours.",
    ),
    "entrance.failed.often": (
        "Too many tries at once. Wait a minute.",
        "Trop de tentatives à la fois. Patientez une minute.",
    ),
    "passkey.failed": (
        "The passkey did not answer. The browser says:",
        "La clé d'accès n'a pas répondu. Le navigateur indique :",
    ),
    "passkey.noscript": (
        "A passkey needs this page's script; allow it, or use a password.",
        "Une clé d'accès a besoin du script de cette page ; autorisez-le, ou utilisez un mot "
        "de passe.",
    ),
    "account.title": ("My account", "Mon compte"),
    "account.who": ("Name", "Identifiant"),
    "account.roles": ("Roles", "Rôles"),
    "account.service": ("Service", "Service"),
    "account.since": ("Signed in since", "Connecté depuis"),
    "account.welcome": (
        "Welcome. Choose what you will sign in with: a passkey, or a password.",
        "Bienvenue. Choisissez ce avec quoi vous vous connecterez : une clé d'accès, ou un mot "
        "de passe.",
    ),
    "account.done": ("Kept.", "Enregistré."),
    "account.again_first": (
        "What you sign in with is changed within ten minutes of signing in.",
        "Ce avec quoi vous vous connectez se change dans les dix minutes qui suivent la connexion.",
    ),
    "account.sign_in_again": ("Sign in again", "Se reconnecter"),
    "account.passkeys": ("Passkeys", "Clés d'accès"),
    "account.passkey_since": ("since {day}", "depuis le {day}"),
    "account.no_passkey": (
        "No passkey yet. One is quicker than a password, and cannot be guessed.",
        "Aucune clé d'accès. Elle est plus rapide qu'un mot de passe, et ne se devine pas.",
    ),
    "account.do_passkey": ("Make a passkey", "Créer une clé d'accès"),
    "account.password": ("Password", "Mot de passe"),
    "account.has_password": (
        "You have one. Another takes its place.",
        "Vous en avez un. Un autre le remplacera.",
    ),
    "account.no_password": ("You have none.", "Vous n'en avez pas."),
    "account.rule": (
        "At least 15 characters, without your name. A sentence is best.",
        "Au moins 15 caractères, sans votre identifiant. Une phrase convient le mieux.",
    ),
    "account.chosen": ("New password", "Nouveau mot de passe"),
    "account.again": ("Once more", "Encore une fois"),
    "account.do_password": ("Keep it", "Enregistrer"),
    "account.sessions": ("Sessions", "Sessions"),
    "account.sessions_why": (
        "A session ends after 20 minutes without use, and after nine hours at most.",
        "Une session prend fin après 20 minutes d'inactivité, et au plus tard après neuf heures.",
    ),
    "account.do_end": ("End all my sessions", "Terminer toutes mes sessions"),
    "role.investigator": ("investigator", "enquêteur"),
    "role.magistrate": ("magistrate", "magistrat"),
    "role.referent-magistrate": ("referent magistrate", "magistrat référent"),
    "role.head-of-service": ("head of service", "chef de service"),
    "role.auditor": ("auditor", "auditeur"),
    "role.administrator": ("administrator", "administrateur"),
}
