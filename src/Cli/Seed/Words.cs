namespace Hedgerow.Cli.Seed;

/// <summary>The words that seeded names and texts are made of. Mail domains are reserved ones (RFC 2606): no mail can reach anyone.</summary>
public static class Words
{
    public static readonly string[] FirstNames =
    [
        "Maya", "Jonas", "Amara", "Leo", "Ines", "Tomas", "Priya", "Noah", "Yuki", "Elena", "Omar", "Freya", "Mateo", "Lena", "Kofi", "Sofia",
        "Arjun", "Clara", "Diego", "Hana", "Ivan", "Zoe", "Samir", "Nora", "Felix", "Aisha", "Lucas", "Mina", "Emil", "Tara", "Rafael", "Ada",
        "Viktor", "Leila", "Oscar", "Ruth", "Chen", "Paula", "Idris", "Greta", "Hugo", "Nia", "Anton", "Salma", "Theo", "Ivy", "Kenji", "Marta",
        "Bruno", "Alma", "Dario", "Esther", "Malik", "Vera", "Nils", "Camila", "Rohan", "Judith", "Pavel", "Lucia", "Abel", "Signe", "Tariq", "Wren",
    ];

    public static readonly string[] LastNames =
    [
        "Chen", "Okafor", "Lindqvist", "Moreau", "Silva", "Novak", "Patel", "Hansen", "Tanaka", "Rossi", "Haddad", "Weber", "Garcia", "Kowalski", "Mensah", "Ivanova",
        "Rao", "Becker", "Fernandez", "Sato", "Petrov", "Nilsson", "Khan", "Murphy", "Dubois", "Abebe", "Costa", "Park", "Larsen", "Singh", "Alves", "Lovelace",
        "Sokolov", "Rahimi", "Jensen", "Cohen", "Wang", "Ortega", "Diallo", "Vogel", "Martin", "Njoroge", "Horvat", "Aziz", "Brandt", "Walsh", "Mori", "Zielinski",
        "Conti", "Reyes", "Marin", "Levi", "Sesay", "Popa", "Dahl", "Vargas", "Iyer", "Frank", "Dvorak", "Romano", "Tesfaye", "Berg", "Nasser", "Finch",
    ];

    public static readonly string[] MailDomains = ["fernworks.example", "copperlane.example", "northpier.example", "mail.example", "inbox.example", "devpost.example"];

    public static readonly string[] CompanyFirst =
    [
        "Copper", "North", "Quiet", "Blue", "Amber", "Silver", "Harbor", "Cedar", "Bright", "Willow", "Granite", "Paper", "Swift", "Maple", "Iron", "Velvet",
        "Lucky", "Solar", "River", "Coral", "Wild", "Hidden", "Golden", "Misty", "Polar", "Rapid", "Crimson", "Level", "Open", "Little", "Juniper", "Stone",
        "Lunar", "Clever", "Nimble", "Humble", "Royal", "Sunny", "Autumn", "Marble",
    ];

    public static readonly string[] CompanySecond =
    [
        "Lantern", "Pier", "Fox", "Kettle", "Compass", "Otter", "Bridge", "Meadow", "Anchor", "Falcon", "Orchard", "Thimble", "Beacon", "Forge", "Garden", "Heron",
        "Sail", "Quarry", "Loom", "Acorn", "Summit", "Ferry", "Badger", "Mill", "Canyon", "Ledger", "Spark", "Grove", "Raven", "Tide", "Harvest", "Castle",
        "Wren", "Signal", "Valley", "Basket", "Island", "Maker", "Owl", "Thread",
    ];

    public static readonly string[] CompanyKinds = ["Labs", "Studio", "Software", "Works", "Systems", "Collective"];

    public static readonly string[] ProjectFirst =
    [
        "billing", "checkout", "orders", "inventory", "search", "profile", "payments", "onboarding", "metrics", "alerts", "booking", "catalog", "chat", "reports",
        "shipping", "identity", "media", "support", "pricing", "loyalty", "calendar", "survey", "fleet", "menu", "ticket", "recipe", "habit", "garden", "budget", "tutor",
    ];

    public static readonly string[] ProjectSecond =
    [
        "api", "dashboard", "worker", "site", "mobile", "gateway", "importer", "sdk", "bot", "portal", "sync", "admin", "landing", "service", "cli", "playground",
        "tracker", "editor", "widgets", "pipeline", "prototype", "docs", "exporter", "planner", "scheduler", "monitor", "assistant", "board", "feed", "kit",
    ];

    public static readonly string[] Things =
    [
        "the login form", "the invoice export", "the search index", "the retry logic", "the image upload", "the session cookie", "the date picker", "the webhook handler",
        "the rate limiter", "the cart total", "the CSV import", "the password reset", "the cache key", "the pagination", "the build script", "the feature flag",
        "the settings page", "the e-mail template", "the queue consumer", "the database migration", "the error boundary", "the dark theme", "the access check", "the audit log",
    ];

    public static readonly string[] Symptoms =
    [
        "fails on the second try", "is slow with more than a thousand rows", "returns 403 for viewers", "loses the time zone", "shows stale data after saving",
        "breaks when the name has an umlaut", "works locally but not in staging", "blocks the event loop", "rounds the wrong way", "times out behind the proxy",
        "renders twice", "ignores the locale", "leaks a connection", "sorts capital letters first", "forgets the filter on reload", "sends the mail twice",
    ];

    public static readonly string[] Causes =
    [
        "the transaction is committed before the event is published", "the query has no index for that filter", "the promise is never awaited", "the cache key lacks the tenant",
        "two requests race for the same row", "the date is parsed without a time zone", "the policy compares with the wrong column", "the body is read twice",
        "the retry has no upper limit", "the effect runs again on every render", "the connection is not returned to the pool", "the default collation is used",
    ];

    public static readonly string[] Remedies =
    [
        "move the publish behind the commit and make the consumer idempotent", "add a composite index and check the plan with `explain analyze`", "await it and pass the cancellation token on",
        "put the workspace id into the key", "lock the row with `select … for update`", "store UTC and convert at the edge", "compare with `auth.uid()` inside a subselect",
        "buffer the body once and share it", "use exponential backoff with jitter and five tries", "depend on the id instead of the object", "wrap it in `using` so that it is always returned",
        "sort with a case-insensitive collation",
    ];

    public static readonly string[] ChangeMessages =
    [
        "Handle empty input", "Add tests", "Fix typo", "Rename for clarity", "Speed up the lookup", "Validate the payload", "Remove dead code", "Use the shared client",
        "Address review", "Add retries", "Tighten types", "Explain the limit", "Log less", "Support paging",
    ];

    public static readonly string[] Models = ["claude-sonnet-4-5", "claude-haiku-4-5", "gpt-5-mini", "gpt-5", "mistral-large"];

    public static readonly string[] VariableKeys = ["DATABASE_URL", "STRIPE_SECRET_KEY", "REDIS_URL", "SMTP_PASSWORD", "SENTRY_DSN", "PUBLIC_BASE_URL", "LOG_LEVEL", "SESSION_SECRET"];

    public static readonly string[] Branches = ["main", "main", "main", "develop", "feature/checkout", "fix/timezone", "release/2.4"];

    public static readonly string[] Countries = ["DE", "US", "IN", "BR", "JP", "SE", "FR", "NG", "PL", "CA", "ES", "KE"];
}
