"""A constant-velocity Kalman filter for one coordinate (Kalman 1960).

A box is followed by four of them, centre x, foot y, width and height: with
diagonal noise the coordinates never mix, and four small filters in plain
numbers are several times faster than one of matrices.
"""

from __future__ import annotations


class Axis:
    """One coordinate.

    Attributes:
        position: native pixels.
        velocity: native pixels per second; stays 0 where its variance is 0.
    """

    __slots__ = ("_both", "_speed", "_where", "position", "velocity")

    def __init__(self, position: float, deviation: float, velocity_deviation: float = 0.0) -> None:
        self.position = position
        self.velocity = 0.0
        # Variances of position and velocity, and their covariance.
        self._where = deviation * deviation
        self._speed = velocity_deviation * velocity_deviation
        self._both = 0.0

    def predict(self, dt: float, noise: float, velocity_noise: float = 0.0) -> None:
        """Move ahead by ``dt`` seconds.

        Args:
            dt: seconds since the last prediction.
            noise: variance that the position gains, pixels².
            velocity_noise: variance that the velocity gains, (pixels per second)².
        """
        self.position += self.velocity * dt
        self._where += dt * (2 * self._both + dt * self._speed) + noise
        self._both += dt * self._speed
        self._speed += velocity_noise

    def correct(self, measured: float, variance: float) -> None:
        """Take a measurement into account; ``variance`` in pixels², positive."""
        total = self._where + variance
        gain, gain_velocity = self._where / total, self._both / total
        off = measured - self.position
        self.position += gain * off
        self.velocity += gain_velocity * off
        self._speed -= gain_velocity * self._both
        self._both -= gain * self._both
        self._where -= gain * self._where
