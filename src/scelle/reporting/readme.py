"""The text that whoever opens a bundle reads first, in both languages."""

from __future__ import annotations

from scelle.model.dates import day_words
from scelle.reporting.handed_out import HandedOut

_FRENCH = """\
LISEZ-MOI

Procédure {reference}, copie {copy} remise à {recipient}
le {day} par {agent}. Motif : {reason}

COMMENT L'OUVRIR
  Double-cliquez sur index.html : la page s'ouvre dans le navigateur, sans
  connexion et sans rien installer. Les séquences sont dans clips/, au format
  MP4, qu'ouvre tout lecteur récent.

COMMENT LE VÉRIFIER
  Avec Python 3.9 ou plus récent, dans un terminal ouvert dans ce dossier :
      python3 verify.py .
  Chaque fichier est comparé au manifeste signé (manifest.txt) ; chaque ligne
  du registre est rattachée à sa tête signée ; chaque chiffre est recompté.
  Un octet changé est trouvé, et le fichier qui le contient est nommé.
  Prenez verify.py et la clé auprès d'une autre source que ce dossier, et
  ajoutez : --vkey '{vkey}'
  si c'est bien la clé que le service vous a fait connaître.

CE QU'IL CONTIENT
  index.html      la visionneuse, en français et en anglais
  clips/          séquences ; stills/ images des rapprochements décidés
  tracks/         pistes : CSV, MOTChallenge, OGC Moving Features, CVAT
  analysis/       ce qui a décidé de chaque analyse, pour la refaire ; les
                  pistes sous leur forme exacte
  bookmarks.csv   les signets : où, sur quelle horloge, par qui, avec quelle note
  notes.csv       les notes sur les rapprochements, dans les mots de leur auteur
  coverage/       ce qui a été lu, ce qui ne l'a pas été, qui a vu quoi
  ledger/         chaque acte de la procédure, avec sa preuve d'inclusion
  dossier.fr.pdf  le rapport de fin d'opérations ; dossier.en.pdf en anglais
  case.jsonld     le tout selon l'ontologie CASE/UCO
  figures.json    les chiffres que verify.py recompte
{originals_fr}
CE QU'IL FAUT SAVOIR
  Têtes et plaques sont masquées là où une piste a été trouvée, sauf pour une
  piste qu'une personne a révélée. Qui n'a pas de piste n'est pas masqué.
  Une piste est un rapprochement proposé, rien de plus, tant qu'une personne
  nommée ne l'a pas confirmée. Ce qui n'a pas été trouvé a pu être là.
  Le son n'est jamais exporté.
  Cette copie est comptée. Rendez-la ou détruisez-la si elle est rappelée.
"""

_ENGLISH = """\
READ-ME

Case {reference}, copy {copy} handed to {recipient}
on {day} by {agent}. Reason: {reason}

HOW TO OPEN IT
  Double-click index.html: the page opens in the browser, offline, with
  nothing to install. Sequences are in clips/, as MP4, which any recent player
  opens.

HOW TO VERIFY IT
  With Python 3.9 or newer, in a terminal opened in this folder:
      python3 verify.py .
  Each file is compared with the signed manifest (manifest.txt); each line of
  the ledger is tied to its signed head; each figure is counted anew. A byte
  that was changed is found, and the file that holds it is named.
  Take verify.py and the key from elsewhere than this folder, and add:
      --vkey '{vkey}'
  if that is the key that the service made known to you.

WHAT IS IN IT
  index.html      the viewer, in French and English
  clips/          sequences; stills/ pictures of the candidates decided upon
  tracks/         tracks: CSV, MOTChallenge, OGC Moving Features, CVAT
  analysis/       what decided each analysis, to do it again; the tracks in
                  their exact form
  bookmarks.csv   bookmarks: where, on which clock, by whom, with what note
  notes.csv       notes on candidates, in the words of whoever wrote them
  coverage/       what was read, what was not, who was shown what
  ledger/         each act of the case, with its proof of inclusion
  dossier.en.pdf  the closing report; dossier.fr.pdf in French
  case.jsonld     all of it in the CASE/UCO ontology
  figures.json    the figures that verify.py counts anew
{originals_en}
WHAT TO KNOW
  Heads and plates are concealed wherever a track was found, save for a track
  that a person has revealed. Whoever has no track is not concealed.
  A track is a candidate, no more, until a named person confirms it. What was
  not found may have been there.
  Sound is never exported.
  This copy is counted. Return or destroy it if it is called back.
"""


def readme(handed: HandedOut) -> dict[str, str]:
    """File name and text of each."""
    parts = {
        "reference": handed.case.reference,
        "copy": handed.copy,
        "recipient": handed.recipient,
        "agent": handed.agent_id,
        "reason": handed.reason,
        "vkey": handed.vkey,
        "originals_fr": "",
        "originals_en": "",
    }
    if any(r.original for r in handed.recordings):
        parts["originals_fr"] = (
            "  originals/      les enregistrements intacts : rien n'y est masqué\n"
        )
        parts["originals_en"] = "  originals/      untouched recordings: nothing is concealed\n"
    return {
        "LISEZ-MOI.txt": _FRENCH.format(**parts, day=day_words("fr", handed.at)),
        "READ-ME.txt": _ENGLISH.format(**parts, day=day_words("en", handed.at)),
    }
