/// What a session has consumed, and what that costs at list prices.
struct Usage: Sendable {
    /// Tokens of one model request.
    struct Tokens: Sendable, Hashable {
        var input = 0, output = 0, cacheRead = 0, cacheWrite = 0
    }

    var tokens = Tokens()
    var searches = 0, fetches = 0
    var activeMilliseconds = 0

    mutating func add(_ other: Tokens) {
        tokens.input += other.input
        tokens.output += other.output
        tokens.cacheRead += other.cacheRead
        tokens.cacheWrite += other.cacheWrite
    }

    /// Micro-dollars at the list prices of claude-sonnet-5-5 (per million tokens: input 2, five-minute cache write
    /// 2.50, cache read 0.10, output 10; a search 0.01; a running hour 0.08; Anthropic's price page, October 2026).
    var microUSD: Int {
        let inTenths = tokens.input * 20 + tokens.cacheWrite * 25 + tokens.cacheRead + tokens.output * 100
        return inTenths / 10 + searches * 10_000 + activeMilliseconds * 80_000 / 3_600_000
    }

    /// Whole cents, rounded, as the vendor reports them.
    var cents: Int { (microUSD + 5_000) / 10_000 }

    var json: JSON {
        [
            "input_tokens": .int(tokens.input), "output_tokens": .int(tokens.output),
            "cache_read_input_tokens": .int(tokens.cacheRead),
            "cache_creation": [
                "ephemeral_5m_input_tokens": .int(tokens.cacheWrite), "ephemeral_1h_input_tokens": 0,
            ],
            "active_seconds": .double(Double(activeMilliseconds) / 1_000),
            "server_tool_use": ["web_search_requests": .int(searches), "web_fetch_requests": .int(fetches)],
            "list_cost": ["amount": .string(String(cents)), "currency": "USD"],
        ]
    }
}

extension Usage.Tokens {
    var json: JSON {
        [
            "input_tokens": .int(input), "output_tokens": .int(output), "cache_read_input_tokens": .int(cacheRead),
            "cache_creation_input_tokens": .int(cacheWrite), "speed": "standard",
        ]
    }
}
