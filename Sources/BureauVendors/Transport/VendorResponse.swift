import Foundation

/// Header fields of an answer; names are looked up without regard to case.
package struct VendorHeaders: Sendable, Hashable {
    private let fields: [String: String]

    /// Of fields that occur more than once the first counts.
    package init(_ fields: some Sequence<(name: String, value: String)>) {
        self.fields = Dictionary(
            fields.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    package subscript(name: String) -> String? { fields[name.lowercased()] }
}

/// A whole answer, whatever its status.
package struct VendorResponse: Sendable {
    package let status: Int
    package let headers: VendorHeaders
    package let body: [UInt8]

    package init(status: Int, headers: VendorHeaders, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    var isSuccess: Bool { (200..<300).contains(status) }

    /// The body as `type`, or nil when it is not that: gateways answer in HTML, and a cut body may carry a 200.
    /// What is no JSON is no answer of the vendor's, whatever its status: what became of a write is not known then.
    var isReadable: Bool { body.isEmpty || decoded(JSONValue.self) != nil }

    func decoded<T: Decodable>(_ type: T.Type) -> T? {
        try? JSONDecoder().decode(type, from: Data(body))
    }
}
