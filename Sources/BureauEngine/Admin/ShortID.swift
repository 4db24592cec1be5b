/// An id as people read and type it. Its first ten characters are a time: all questions and reports of one run share
/// them, and so do runs that began in the same instant. Four more tell them apart.
package enum ShortID {
    package static let characters = 14
    package static func of(_ id: String) -> String { String(id.prefix(characters)) }
}
