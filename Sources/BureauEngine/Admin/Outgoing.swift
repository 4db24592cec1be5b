package import BureauDomain
import BureauVendors

/// What every text passes that leaves by a page, the registry, an export or a log: first the values this installation
/// holds are taken out, exactly, then what only looks like a credential.
package enum Outgoing {
    package static func clean(_ text: String) -> String { Sanitiser.clean(SecretMask.process.masked(text)) }

    package static func clean(_ value: BureauDomain.JSONValue, depth: Int = 0) -> BureauDomain.JSONValue {
        masked(Sanitiser.clean(value, depth: depth))
    }

    /// The values alone, for text whose shape has to stay.
    package static func masked(_ text: String) -> String { SecretMask.process.masked(text) }

    package static func masked(_ value: BureauDomain.JSONValue) -> BureauDomain.JSONValue {
        switch value {
        case .null, .bool, .number: value
        case .string(let text): .string(masked(text))
        case .array(let items): .array(items.map(masked))
        case .object(let object):
            .object(JSONObject(object.members.map { (masked($0.key), masked($0.value)) }))
        }
    }
}
