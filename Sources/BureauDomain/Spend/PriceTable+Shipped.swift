extension PriceTable {
    /// The table the binary was built with, used where no `config/prices.json` stands beside it. A test holds this text
    /// to that file.
    package static let shippedJSON = #"""
        {
          "dated": "2026-11-09",
          "source": "Anthropic's public price list, list prices in US dollars, checked 10 October 2026; claude-fable-5-2 as announced on 9 November 2026",
          "session_hour_usd": 0.08,
          "web_search_usd": 0.01,
          "usd_per_million_tokens": {
            "claude-fable-5-2":  { "input": 8,  "cache_write_5m": 10,    "cache_write_1h": 16, "cache_read": 0.20, "output": 40 },
            "claude-fable-5-1":  { "input": 10, "cache_write_5m": 12.50, "cache_write_1h": 20, "cache_read": 0.25, "output": 50 },
            "claude-fable-5":    { "input": 10, "cache_write_5m": 12.50, "cache_write_1h": 20, "cache_read": 1.00, "output": 50 },
            "claude-opus-5-5":   { "input": 4,  "cache_write_5m": 5,     "cache_write_1h": 8,  "cache_read": 0.20, "output": 20 },
            "claude-opus-5":     { "input": 5,  "cache_write_5m": 6.25,  "cache_write_1h": 10, "cache_read": 0.50, "output": 25 },
            "claude-opus-4-8":   { "input": 5,  "cache_write_5m": 6.25,  "cache_write_1h": 10, "cache_read": 0.50, "output": 25 },
            "claude-opus-4-7":   { "input": 5,  "cache_write_5m": 6.25,  "cache_write_1h": 10, "cache_read": 0.50, "output": 25 },
            "claude-opus-4-6":   { "input": 5,  "cache_write_5m": 6.25,  "cache_write_1h": 10, "cache_read": 0.50, "output": 25 },
            "claude-opus-4-5":   { "input": 5,  "cache_write_5m": 6.25,  "cache_write_1h": 10, "cache_read": 0.50, "output": 25 },
            "claude-sonnet-5-5": { "input": 2,  "cache_write_5m": 2.50,  "cache_write_1h": 4,  "cache_read": 0.10, "output": 10 },
            "claude-sonnet-5":   { "input": 2,  "cache_write_5m": 2.50,  "cache_write_1h": 4,  "cache_read": 0.20, "output": 10 },
            "claude-sonnet-4-6": { "input": 3,  "cache_write_5m": 3.75,  "cache_write_1h": 6,  "cache_read": 0.30, "output": 15 },
            "claude-sonnet-4-5": { "input": 3,  "cache_write_5m": 3.75,  "cache_write_1h": 6,  "cache_read": 0.30, "output": 15 },
            "claude-haiku-5-5": {
              "tiers": [
                { "prompt_tokens_max": 100000, "input": 0.10, "cache_write_5m": 0.125, "cache_write_1h": 0.20, "cache_read": 0.01, "output": 0.50 },
                { "input": 0.50, "cache_write_5m": 0.625, "cache_write_1h": 1, "cache_read": 0.05, "output": 2.50 }
              ]
            },
            "claude-haiku-4-5":  { "input": 1,  "cache_write_5m": 1.25,  "cache_write_1h": 2,  "cache_read": 0.10, "output": 5 }
          }
        }

        """#

    /// Nil only if the text above could not be read, which a test rules out.
    package static let shipped: PriceTable? = load(Array(shippedJSON.utf8), fileName: "prices.json").table
}
