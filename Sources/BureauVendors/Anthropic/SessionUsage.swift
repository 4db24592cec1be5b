import Foundation

/// What a session has used so far. Every part may be missing: older sessions, models without a list price.
package struct SessionUsage: Hashable, Sendable {
    package var inputTokens: Int64?
    package var outputTokens: Int64?
    package var cacheReadInputTokens: Int64?
    package var cacheWrite5mInputTokens: Int64?
    package var cacheWrite1hInputTokens: Int64?
    /// Cache writes of which only the sum was told.
    package var cacheWriteUnsplitInputTokens: Int64?
    /// What runtime is billed on; threads side by side count once.
    package var activeSeconds: Double?
    package var webSearchRequests: Int64?
    package var webFetchRequests: Int64?
    /// Everything included, in millionths of a dollar; the service itself rounds to cents.
    package var listCostMicroUSD: Int64?

    package init() {}
}

extension SessionUsage: Decodable {
    private enum CodingKeys: String, CodingKey {
        case inputTokens = "input_tokens"
        case outputTokens = "output_tokens"
        case cacheReadInputTokens = "cache_read_input_tokens"
        case cacheCreation = "cache_creation"
        case cacheCreationInputTokens = "cache_creation_input_tokens"
        case activeSeconds = "active_seconds"
        case serverToolUse = "server_tool_use"
        case listCost = "list_cost"
    }

    private struct CacheCreation: Decodable {
        let fiveMinutes, oneHour: Int64?
        enum CodingKeys: String, CodingKey {
            case fiveMinutes = "ephemeral_5m_input_tokens"
            case oneHour = "ephemeral_1h_input_tokens"
        }
    }

    private struct ServerToolUse: Decodable {
        let searches, fetches: Int64?
        enum CodingKeys: String, CodingKey {
            case searches = "web_search_requests"
            case fetches = "web_fetch_requests"
        }
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        inputTokens = fields.integer(.inputTokens)
        outputTokens = fields.integer(.outputTokens)
        cacheReadInputTokens = fields.integer(.cacheReadInputTokens)
        let creation = fields.lenient(CacheCreation.self, .cacheCreation)
        (cacheWrite5mInputTokens, cacheWrite1hInputTokens) = (creation?.fiveMinutes, creation?.oneHour)
        if cacheWrite5mInputTokens == nil, cacheWrite1hInputTokens == nil {
            cacheWriteUnsplitInputTokens = fields.integer(.cacheCreationInputTokens)
        }
        activeSeconds = fields.double(.activeSeconds)
        let tools = fields.lenient(ServerToolUse.self, .serverToolUse)
        webSearchRequests = tools?.searches
        webFetchRequests = tools?.fetches
        listCostMicroUSD = fields.lenient(AmountWire.self, .listCost)?.microUSD
    }
}

/// `{"amount": "60", "currency": "USD"}`, in cents.
struct AmountWire: Codable {
    let amount: String
    let currency: String

    enum CodingKeys: String, CodingKey { case amount, currency }

    init(microUSD: Int64) {
        // The service takes whole cents; rounding down could cut a cap to nothing.
        let cents = microUSD / 10_000 + (microUSD % 10_000 > 0 ? 1 : 0)
        (amount, currency) = (String(cents), "USD")
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        amount = fields.text(.amount) ?? ""
        currency = fields.text(.currency) ?? "USD"
    }

    /// Nil for another currency or an amount that is no number.
    var microUSD: Int64? {
        let isNumber = !amount.isEmpty && amount.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
        guard currency == "USD", isNumber, let cents = Decimal(string: amount) else { return nil }
        let micro = NSDecimalNumber(decimal: cents * 10_000)
        return abs(micro.doubleValue) < 9e15 ? micro.int64Value : nil
    }
}

struct BudgetWire: Codable {
    let type: String
    let maxListCost: AmountWire?

    enum CodingKeys: String, CodingKey {
        case type
        case maxListCost = "max_list_cost"
    }

    init(microUSD: Int64) {
        (type, maxListCost) = ("limit", AmountWire(microUSD: microUSD))
    }

    var microUSD: Int64? { maxListCost?.microUSD }
}
