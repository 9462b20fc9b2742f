"""What each field of IdentityIQ's side is for. From SailPoint's public help; what is not certain says "expected"."""

from wizard.draft import Field

TOPICS: dict[str, tuple[str, str]] = {
    "iiq": (
        "IdentityIQ",
        "What IdentityIQ's own page calls these settings. Enter opens the fields that only IdentityIQ has: notification type, "
        "redirect, retries, duplicates, HTTP/OAuth. Leave them alone when you set up mail for something else.\n\n"
        "Its Encryption has three words: TLS means STARTTLS, SSL means TLS from the first byte, None is not encrypted.",
    ),
    Field.IIQ_TYPE: (
        "Email Notification Type",
        "SMTP sends to the people the mail is for. Redirect to Email sends all of it to one address instead, Redirect to File "
        "writes it into a file: both are for systems whose mail must reach nobody real. HTTP/OAuth sends without SMTP, through "
        "Microsoft's Graph for example; older releases do not have it.",
    ),
    Field.IIQ_REDIRECT_ADDRESS: (
        "Redirection Email Address",
        "Where all mail goes while the type is Redirect to Email, whoever it was for. Host, port and sign-in are used as with "
        "SMTP.",
    ),
    Field.IIQ_REDIRECT_FILE: (
        "Redirection File Name",
        "The file all mail is written into while the type is Redirect to File, on the host that sends: only hosts that run "
        "IdentityIQ's Request service do. Its Java must be allowed to write there.",
    ),
    Field.IIQ_ENVIRONMENT: (
        "Environment",
        "Whether the people who get this mail are the real ones. In production a redirect is warned of; anywhere else it is "
        "proposed before mail goes to real users. Left and Right change it.",
    ),
    Field.IIQ_SUPPRESS_DUPLICATES: (
        "Suppress Duplicate Emails",
        "Whether IdentityIQ leaves out mail that it has just sent to the same person. 'as it is' leaves its setting alone.",
    ),
    Field.IIQ_RETRIES: (
        "Maximum Email Retries",
        "How often IdentityIQ tries a mail again: after 1 hour, then 2, 4, 8 ... It is kept with the Request Definition named "
        "Email Request, not with the other settings, so it is shown on the card to type and not written into the file.",
    ),
    Field.IIQ_SERVER_ROOT: (
        "Server Root Path",
        "What links in mails begin with: the address people open IdentityIQ at. Empty leaves it as it is.",
    ),
    Field.IIQ_FOLDER: (
        "IdentityIQ's folder",
        "The web application's folder on this host, the one that holds WEB-INF. With it SMTP Wizard tests with IdentityIQ's own "
        "Java and mail library, and can hand the settings over. Empty: it is looked for.",
    ),
    Field.IIQ_EMAIL_ENDPOINT: (
        "Email Service Endpoint",
        "Where mail is handed in over HTTP. For Microsoft 365: https://graph.microsoft.com/v1.0/users/SENDER/sendMail with the "
        "sender's address in it.",
    ),
    Field.IIQ_TOKEN_ENDPOINT: (
        "Token Endpoint",
        "Where IdentityIQ gets its token. For Microsoft 365: https://login.microsoftonline.com/TENANT/oauth2/v2.0/token with "
        "your tenant's ID or domain in it.",
    ),
    Field.IIQ_REFRESH_ENDPOINT: ("Refresh Token Endpoint", "Usually the same as the token endpoint."),
    Field.IIQ_SCOPE: (
        "Scope",
        "What the token is for. For Microsoft 365: https://graph.microsoft.com/.default. The app registration needs Mail.Send "
        "as an Application permission, with the administrator's consent; a Delegated one is not enough.",
    ),
    Field.IIQ_CLIENT_ID: ("Client ID", "The application (client) ID of the app registration. It is not secret."),
    Field.IIQ_CLIENT_SECRET: (
        "Where the client secret is kept",
        "keyring, file:PATH, command:COMMAND, env:NAME, credential:NAME, or ask to type it each time. The secret itself is never "
        "written into the settings. Azure shows the secret's value once; its Secret ID is something else.",
    ),
}
