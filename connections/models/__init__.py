from connections.models.tokens import AccessToken
from connections.models.tracking import Delivery, Tool, TrackingSettings

__all__ = ["AccessToken", "Delivery", "Tool", "TrackingSettings"]
