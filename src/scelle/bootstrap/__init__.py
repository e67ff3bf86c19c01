"""The one place that wires concrete parts together.

``stores``    what lies on the disk of one installation, opened
``handlers``  which operation does which act
``app``       the installation as those who ask see it
``generated`` what fills an installation without an act, for trying and measuring
"""

from scelle.bootstrap.app import App, open_app
from scelle.door import Steps

__all__ = ["App", "Steps", "open_app"]
