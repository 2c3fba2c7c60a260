"""Electronic credentials shown as a QR code: a token that only the platform which issued it can turn into a person.

The kiosk passes the string on and keeps nothing of it: `token.CredentialToken` cannot be shown by accident,
`used_tokens.UsedTokens` accepts none twice, `http_resolver.HttpCredentialResolver` asks the platform, and
`stub_platform.StubPlatform` stands in for one.
"""
