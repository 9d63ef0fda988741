from connections.models.tokens import AccessToken

__all__ = ["AccessToken"]
