"""Sentences of the review bench, in English and French; see :mod:`scelle.web.messages`."""

from __future__ import annotations

from collections.abc import Mapping

#: Key to (English, French).
BENCH: Mapping[str, tuple[str, str]] = {
    "held.hidden": ("hidden", "masqué"),
    "held.why": (
        "The pictures are hidden: what lets you see them has changed, or cannot be checked now. "
        "Load the page again to have the law asked anew.",
        "Les images sont masquées : ce qui vous permet de les voir a changé, ou ne peut être "
        "vérifié pour l'instant. Rechargez la page pour que le droit soit vérifié à nouveau.",
    ),
    "bench.title": ("Review bench", "Table d'examen"),
    "bench.open": ("Open the review bench", "Ouvrir la table d'examen"),
    "bench.open.why": (
        "Search in plain words, watch, compare and decide.",
        "Chercher avec ses mots, visionner, comparer et décider.",
    ),
    "bench.script": (
        "The review bench needs script, which this browser does not run. The page of the "
        "case works without any.",
        "La table d'examen a besoin de script, que ce navigateur n'exécute pas. La page de la "
        "procédure fonctionne sans script.",
    ),
    "bench.words": ("Looked for, in plain words", "Recherche, avec vos mots"),
    "bench.words.like": (
        "person in red going left between 14:00 and 15:00, not near the door",
        "personne en rouge allant à gauche entre 14 h et 15 h, pas près de la porte",
    ),
    "bench.ask": ("Search", "Chercher"),
    "bench.left": (
        "Not asked, being not understood, or never looked for (sex, age, the kind of garment):",
        "Non demandé, car non compris, ou jamais cherché (le sexe, l'âge, la sorte de vêtement) :",
    ),
    "bench.unclocked": (
        "No time of day is known of these, so they were not searched; a time in the recording is "
        "asked as “from 0:01:00 in the recording”:",
        "L'heure n'est pas connue pour ceux-ci, ils n'ont pas été cherchés ; un temps de "
        "l'enregistrement se demande ainsi, « à partir de 0:01:00 dans l'enregistrement » :",
    ),
    "bench.by_clock": ("the recorder's clock:", "horloge de l'enregistreur :"),
    "bench.unread": (
        "Not looked at whole, so that others may be there:",
        "Pas examinés en entier, d'autres peuvent s'y trouver :",
    ),
    "bench.exhibit": ("Exhibit", "Scellé"),
    "bench.amounts": ("Size, speed, stay", "Taille, vitesse, durée"),
    "bench.smallest": ("Height from", "Hauteur dès"),
    "bench.tallest": ("up to", "jusqu'à"),
    "bench.slowest": ("Speed from", "Vitesse dès"),
    "bench.fastest": ("no faster than", "au plus"),
    "bench.shortest": ("In view at least", "Visible au moins"),
    "bench.longest": ("In view at most", "Visible au plus"),
    "bench.start": ("Present after", "Présent après"),
    "bench.end": ("Present before", "Présent avant"),
    "bench.inside": ("Passes this area", "Passe par cette zone"),
    "bench.outside": ("Never in this area", "Jamais dans cette zone"),
    "bench.line": ("Passes over this line", "Franchit cette ligne"),
    "bench.path": ("Follows this path", "Suit ce chemin"),
    "bench.within": ("within", "écart au plus"),
    "bench.draw.path": (
        "Draw along the way, in the direction it is gone, in one go; or click along it, then "
        "press Enter. Escape forgets it.",
        "Tracez le chemin d'un trait, dans le sens de la marche ; ou cliquez le long du chemin, "
        "puis Entrée. Échap abandonne.",
    ),
    "bench.one_way": ("only from its left to its right", "seulement de sa gauche vers sa droite"),
    "bench.zone": ("Named zone", "Zone nommée"),
    "bench.zone.new": ("New named zone", "Nouvelle zone nommée"),
    "bench.zone.like": ("door: x,y x,y x,y", "porte: x,y x,y x,y"),
    "bench.draw": ("Draw", "Dessiner"),
    "bench.draw.of": ("Draw on the picture: {what}", "Dessiner sur l'image : {what}"),
    "bench.draw.area": (
        "Draw around it in one go; or click the corners, then press Enter. Escape forgets it.",
        "Tracez le contour d'un trait ; ou cliquez les sommets, puis Entrée. Échap abandonne.",
    ),
    "bench.draw.line": (
        "Draw from one end to the other, or click both; Escape forgets it.",
        "Tracez d'une extrémité à l'autre, ou cliquez les deux ; Échap abandonne.",
    ),
    "bench.drawn": ("What is drawn on the picture", "Ce qui est dessiné sur l'image"),
    "bench.player": ("Player", "Lecteur"),
    "bench.controls": ("Playing", "Lecture"),
    "bench.previous": ("Previous picture", "Image précédente"),
    "bench.next": ("Next picture", "Image suivante"),
    "bench.speed": ("Speed {speed}×.", "Vitesse {speed}×."),
    "bench.step": ("Picture at {own}.", "Image à {own}."),
    "bench.over": ("The recording goes no further.", "L'enregistrement ne va pas plus loin."),
    "bench.back": ("Backwards.", "En arrière."),
    "bench.seen": (
        "Track {number}, from its first picture.",
        "Piste {number}, dès sa première image.",
    ),
    "bench.mark": ("Bookmark", "Signet"),
    "bench.note": ("Note", "Note"),
    "bench.note.on": ("Note on track {number}", "Note sur la piste {number}"),
    "bench.note.how": (
        "In your name, for whoever may see this case, and in what leaves it. It takes the place "
        "of your earlier one; empty, it takes that back. Every note stays in the ledger.",
        "En votre nom, pour qui peut voir cette procédure, et dans ce qui en sort. Elle remplace "
        "votre note précédente ; vide, elle la retire. Chaque note reste au registre.",
    ),
    "bench.noted": (
        "The note on track {number} is kept.",
        "La note sur la piste {number} est gardée.",
    ),
    "bench.unnoted": (
        "Your note on track {number} is taken back; that it was written stays known.",
        "Votre note sur la piste {number} est retirée ; on sait encore qu'elle a été écrite.",
    ),
    "bench.write": ("Write", "Inscrire"),
    "bench.marked": ("The bookmark is kept.", "Le signet est gardé."),
    "bench.unmark": ("Take away", "Retirer"),
    "bench.unmark.of": ("Take away the bookmark at {at} {note}", "Retirer le signet à {at} {note}"),
    "bench.unmarked": (
        "The bookmark is taken away; that it was kept stays known.",
        "Le signet est retiré ; on sait encore qu'il a été gardé.",
    ),
    "bench.zones": ("Concealed zones", "Zones masquées"),
    "bench.zones.how": (
        "A zone is one grey in all that is shown and all that leaves, beside heads and number "
        "plates. At key frames it has other places and sizes; in between it goes straight.",
        "Une zone est d'un seul gris dans tout ce qui est montré et tout ce qui sort, en plus des "
        "têtes et des plaques. Aux images clés, elle change de place et de taille ; entre elles, "
        "elle va en ligne droite.",
    ),
    "bench.zones.none": (
        "Nobody has concealed a zone of this exhibit.",
        "Personne n'a masqué de zone de ce scellé.",
    ),
    "bench.zones.rectangle": ("Draw a rectangle", "Dessiner un rectangle"),
    "bench.zones.outline": ("Draw an outline", "Dessiner un contour"),
    "bench.zones.draw.rectangle": (
        "Drag from one corner to the other; or press Enter for one in the middle, which arrow "
        "keys move and, with Shift, size. Escape forgets it.",
        "Tracez d'un coin à l'autre ; ou Entrée pour un rectangle au milieu, que les flèches "
        "déplacent et, avec Maj, redimensionnent. Échap abandonne.",
    ),
    "bench.zones.draw.area": (
        "Draw around it in one go; or click the corners, then press Enter. Escape forgets it.",
        "Tracez le contour d'un trait ; ou cliquez les sommets, puis Entrée. Échap abandonne.",
    ),
    "bench.zones.shape": (
        "Zone that is drawn: arrow keys move it, with Shift they size it",
        "Zone en cours de tracé : les flèches la déplacent et, avec Maj, la redimensionnent",
    ),
    "bench.zones.always": ("at all times", "tout le temps"),
    "bench.zones.span": (
        "from {from} to {to}, {count} key frames",
        "de {from} à {to}, {count} images clés",
    ),
    "bench.zones.away": ("Not concealed at this picture.", "Pas masquée sur cette image."),
    "bench.zones.here": ("Key frame here", "Image clé ici"),
    "bench.zones.drop": ("Take this key frame away", "Retirer cette image clé"),
    "bench.zones.begins": ("Begins here", "Commence ici"),
    "bench.zones.ends": ("Ends here", "Finit ici"),
    "bench.zones.left": ("Left", "Gauche"),
    "bench.zones.top": ("Top", "Haut"),
    "bench.zones.width": ("Width", "Largeur"),
    "bench.zones.height": ("Height", "Hauteur"),
    "bench.zones.label": ("What it conceals", "Ce qu'elle masque"),
    "bench.zones.number": ("Zone {number}", "Zone {number}"),
    "bench.zones.change": ("Move", "Déplacer"),
    "bench.zones.change.of": ("Move: {zone}", "Déplacer : {zone}"),
    "bench.zones.remove": ("Conceal no more", "Ne plus masquer"),
    "bench.zones.remove.of": ("Conceal no more: {zone}", "Ne plus masquer : {zone}"),
    "bench.zones.why": (
        "What the zone hid may show again. The reason is kept, and the zone as it was stays known.",
        "Ce que la zone cachait peut réapparaître. Le motif est gardé, et la zone telle qu'elle "
        "était reste connue.",
    ),
    "bench.zones.why.change": ("Move a concealed zone", "Déplacer une zone masquée"),
    "bench.zones.why.remove": ("Conceal a zone no more", "Ne plus masquer une zone"),
    "bench.zones.marked": (
        "The zone is concealed from now on.",
        "La zone est désormais masquée.",
    ),
    "bench.zones.changed": (
        "The zone is where it was moved; where it was stays known.",
        "La zone est déplacée ; on sait encore où elle était.",
    ),
    "bench.zones.removed": (
        "The zone is concealed no more; that it was stays known.",
        "La zone n'est plus masquée ; on sait encore qu'elle l'a été.",
    ),
    "bench.together": ("Side by side", "Côte à côte"),
    "bench.together.how": (
        "Two to four exhibits play together, on real time.",
        "De deux à quatre scellés jouent ensemble, en temps réel.",
    ),
    "bench.together.unclocked": (
        "Their clock is not known, so that they have no place in real time:",
        "Leur horloge n'est pas connue, ils n'ont pas de place dans le temps réel :",
    ),
    "bench.together.show": ("Show", "Afficher"),
    "bench.together.chosen": ("{camera}, {name} is chosen.", "{camera}, {name} est choisi."),
    "bench.by": ("{who}:", "{who} :"),
    "bench.nothing": (
        "No footage at this second.",
        "Pas d'images à cette seconde.",
    ),
    "bench.in": ("In at {own}.", "Entrée à {own}."),
    "bench.out": ("Out at {own}.", "Sortie à {own}."),
    "bench.candidates": ("Candidates", "Rapprochements"),
    "bench.chosen": (
        "Track {number} is chosen: {state}.",
        "La piste {number} est choisie : {state}.",
    ),
    "bench.see": ("Watch track {number}", "Voir la piste {number}"),
    "bench.compare": ("Compare", "Comparer"),
    "bench.compare.of": ("Compare track {number}", "Comparer la piste {number}"),
    "bench.compare.one": (
        "Choose a second one to compare with.",
        "Choisissez-en une seconde à comparer.",
    ),
    "bench.compared": ("Two candidates side by side", "Deux rapprochements côte à côte"),
    "bench.compared.close": ("Compare no longer", "Ne plus comparer"),
    "bench.what": ("What", "Nature"),
    "bench.when": ("When", "Quand"),
    "bench.height": ("Height", "Hauteur"),
    "bench.pace": ("Speed", "Vitesse"),
    "bench.certain": ("Confidence", "Confiance"),
    "bench.state.confirmed": ("kept", "retenue"),
    "bench.state.rejected": ("dismissed", "écartée"),
    "bench.state.undecided": ("open", "à décider"),
    "bench.time": ("All exhibits in real time", "Tous les scellés en temps réel"),
    "bench.time.how": ("click to go there; Z zooms", "cliquez pour y aller ; Z agrandit"),
    "bench.key.activity": ("something moves", "mouvement"),
    "bench.key.untouched": ("not looked at, or missing", "non examiné, ou manquant"),
    "bench.key.seen": ("seen by somebody", "vu par quelqu'un"),
    "bench.key.marked": ("bookmark", "signet"),
    "bench.row": ("{camera}, {name}: {start} to {end}.", "{camera}, {name} : {start} à {end}."),
    "bench.row.plain": (
        "{camera}, {name}: no clock is known, {end} long.",
        "{camera}, {name} : horloge inconnue, durée {end}.",
    ),
    "bench.table": ("The same as a table", "Le même en tableau"),
    "bench.table.span": ("From, to", "De, à"),
    "bench.help.toggle": ("play or pause; K pauses", "lire ou mettre en pause ; K met en pause"),
    "bench.help.shuttle": (
        "backwards, forwards; again: faster",
        "en arrière, en avant ; encore : plus vite",
    ),
    "bench.help.step": ("one picture back, on", "une image en arrière, en avant"),
    "bench.help.second": ("one second back, on", "une seconde en arrière, en avant"),
    "bench.help.speed": ("faster, slower", "plus vite, moins vite"),
    "bench.help.inout": ("in and out point", "point d'entrée, de sortie"),
    "bench.help.mark": (
        "bookmark here, or from in to out",
        "signet ici, ou de l'entrée à la sortie",
    ),
    "bench.help.together": (
        "several cameras side by side, on real time",
        "plusieurs caméras côte à côte, en temps réel",
    ),
    "bench.help.pick": (
        "of those side by side: which bookmarks and times are of",
        "parmi elles : celle des signets et des temps",
    ),
    "bench.help.candidate": ("next, previous candidate", "rapprochement suivant, précédent"),
    "bench.help.see": ("go to its first picture", "aller à sa première image"),
    "bench.help.decide": ("keep, dismiss, take back", "retenir, écarter, revenir dessus"),
    "bench.help.note": ("write a note on it", "y écrire une note"),
    "bench.help.compare": ("compare it", "le comparer"),
    "bench.help.zone": ("conceal a zone of the picture", "masquer une zone de l'image"),
    "bench.help.zoom": (
        "time line: nearer, and whole again",
        "frise : plus près, et entière à nouveau",
    ),
    "bench.help.away": (
        "live synopsis, storyboard, heat map of the same filters; R comes back",
        "synopsis interactif, planche, carte de chaleur des mêmes filtres ; R revient",
    ),
    "bench.help.words": ("to the words", "aller à la recherche"),
    "bench.help.leave": ("leave, forget", "quitter, abandonner"),
    "bench.help.help": ("this help", "cette aide"),
    "bench.tour": ("A first look at the bench", "Premier regard sur la table"),
    "bench.tour.again": ("Take the tour", "Suivre la visite"),
    "bench.tour.step": ("Step {step} of {steps}", "Étape {step} sur {steps}"),
    "bench.tour.next": ("Next", "Suivant"),
    "bench.tour.back": ("Back", "Précédent"),
    "bench.tour.leave": ("Leave the tour", "Quitter la visite"),
    "bench.tour.done": ("Begin", "Commencer"),
    "bench.tour.title.ask": ("Say what you look for", "Dites ce que vous cherchez"),
    "bench.tour.how.ask": (
        "Write it in plain words: a red car going left. They become the filters below, which "
        "you can also set by hand; what was not understood is told, and not asked.",
        "Écrivez-le avec vos mots : une voiture rouge allant à gauche. Ils deviennent les filtres "
        "en dessous, que vous pouvez aussi régler à la main ; ce qui n'a pas été compris est "
        "signalé, et non demandé.",
    ),
    "bench.tour.title.watch": ("Watch", "Visionnez"),
    "bench.tour.how.watch": (
        "Space plays and pauses, the arrow keys go one picture on or back. Heads and number "
        "plates are concealed. The key ? lists all keys, and leads to this tour again.",
        "Espace lit et met en pause, les flèches avancent ou reculent d'une image. Les têtes et "
        "les plaques sont masquées. La touche ? donne toutes les touches, et cette visite.",
    ),
    "bench.tour.title.time": ("Find your way in time", "Repérez-vous dans le temps"),
    "bench.tour.how.time": (
        "Every recording on one line of real time: where something moves, what nobody looked "
        "at or is missing, what was seen, and your bookmarks. Click to go there.",
        "Tous les enregistrements sur une même ligne de temps réel : les mouvements, ce qui n'a "
        "pas été examiné ou manque, ce qui a été vu, et les signets. Cliquez pour y aller.",
    ),
    "bench.tour.title.decide": ("Decide, with a reason", "Décidez, en motivant"),
    "bench.tour.how.decide": (
        "The program only puts forward; it can err and miss. You keep or dismiss each candidate "
        "with a reason, and can take that back: the first decision stays known.",
        "Le logiciel ne fait que proposer ; il peut se tromper et omettre. Vous retenez ou "
        "écartez chaque rapprochement avec un motif, et pouvez y revenir : la première décision "
        "reste connue.",
    ),
    "bench.tour.title.control": ("See how it is controlled", "Voyez comment c'est contrôlé"),
    "bench.tour.how.control": (
        "Every search, viewing and decision is asked of the law first and written into a ledger "
        "that anyone can verify. The coverage certificate tells what was looked at, and what "
        "not. The case's page leads to both.",
        "Chaque recherche, visionnage et décision est d'abord soumis aux règles de droit, puis "
        "inscrit dans un registre que chacun peut vérifier. Le certificat de couverture dit ce "
        "qui a été examiné, et ce qui ne l'a pas été. La page de la procédure mène aux deux.",
    ),
}
