package import BureauDomain

extension BudgetDesk.Line {
    /// As commands and programs get it.
    package var document: JSONValue {
        .object(
            JSONObject([
                ("scope", .string(account.scope)), ("period", .string(account.period)),
                ("limit_usd", Self.dollars(budget?.limit)), ("reserved_usd", Self.dollars(balance.reserved)),
                ("spent_usd", Self.dollars(balance.spent)), ("left_usd", Self.dollars(left)),
                ("warn_percent", budget.map { .number(JSONNumber($0.warnPercent)) } ?? .null),
                ("on_exhausted", .line(budget?.onExhausted.rawValue)),
            ]))
    }

    private static func dollars(_ amount: MicroUSD?) -> JSONValue {
        amount.flatMap { JSONNumber(Double($0.rawValue) / 1_000_000) }.map { .number($0) } ?? .null
    }
}
