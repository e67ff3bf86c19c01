"""The door: the one way in.  It decides by law, writes that down, and only then acts.

It is the only writer of the ledger.  Every entry has the same fields:

disclosed
    ``phase`` (``system``, ``decision``, ``state``, ``outcome``), ``act``, ``result``, ``month``,
    ``framework``, ``service``, ``offence_family``, ``demonstration``, ``rules`` (that refused),
    ``counts``; and ``seq`` and ``sealed``, which the ledger adds.
sealed
    ``at``, ``agent``, ``case``, ``reason``, ``mandate``, ``parameters``, ``objects``,
    ``error``, ``decision`` (the place of the decision that an outcome closes).

A decision ``granted`` that no outcome closes is an act that was killed or is still
at work.
"""

from scelle.door.perform import Door, Handler, Steps
from scelle.door.values import parameters_of, to_json
from scelle.door.writing import Keys

__all__ = ["Door", "Handler", "Keys", "Steps", "parameters_of", "to_json"]
