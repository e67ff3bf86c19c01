"""What the ledger and its verification tell, in French."""

from __future__ import annotations

#: English to French; the same names in braces on both sides.
LEDGER: tuple[tuple[str, str], ...] = (
    (
        "Each of the {size} entries is in its place and matches its digests.",
        "Chacune des {size} inscriptions est à sa place et conforme à ses empreintes.",
    ),
    (
        "The tree of {size} entries has the root that {origin} signed.",
        "L'arbre des {size} inscriptions a la racine que {origin} a signée.",
    ),
    (
        "It begins with the {size} entries of the earlier head.",
        "Il commence par les {size} inscriptions de la tête antérieure.",
    ),
    (
        "It does not begin with the {size} entries of {whose}.",
        "Il ne commence pas par les {size} inscriptions d'une tête antérieure ({whose}).",
    ),
    (
        "All {count} signed heads are of this ledger's beginning.",
        "Les {count} têtes signées sont toutes du début de ce registre.",
    ),
    (
        "What the database says of people and cases is what the ledger's acts left.",
        "Ce que la base dit des personnes et des procédures est ce qu'ont laissé les actes du "
        "registre.",
    ),
    (
        "A person or a case that the ledger knows is gone from the database.",
        "Une personne ou une procédure que le registre connaît a disparu de la base.",
    ),
    (
        "What the database says of {subject} is not what the ledger's acts left.",
        "Ce que la base dit de {subject} n'est pas ce qu'ont laissé les actes du registre.",
    ),
    ("The ledger has no such entry.", "Le registre n'a pas une telle inscription."),
    ("Open one from their list.", "Ouvrez-en une depuis leur liste."),
    (
        "the ledger has no entry from {first} to {last}",
        "le registre n'a aucune inscription de {first} à {last}",
    ),
    (
        "Choose months in which the installation was used; scelle ledger show tells them.",
        "Choisissez des mois où l'installation a servi.",
    ),
    (
        "Every node of the tree is the hash of what is below it.",
        "Chaque nœud de l'arbre est l'empreinte de ce qui est dessous.",
    ),
    (
        "{name} has witnessed the first {size} entries.",
        "{name} est témoin des {size} premières inscriptions.",
    ),
    ("Its field {name} does not match its digest.", "Son champ {name} contredit son empreinte."),
    (
        "The signed head beside the database is gone.",
        "La tête signée à côté de la base a disparu.",
    ),
    (
        "Another program has held the ledger for {seconds} seconds.",
        "Un autre programme tient le registre depuis {seconds} secondes.",
    ),
    (
        "Look for a stopped program of this installation, and let it go on or end it; then do the "
        "same again.",
        "Cherchez un programme suspendu de cette installation, laissez-le continuer ou "
        "terminez-le, puis recommencez.",
    ),
)
