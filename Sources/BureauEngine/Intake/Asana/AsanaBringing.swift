/// That people brought a task to where agents may take it.
struct AsanaBringing: Sendable, Hashable {
    /// The vendor's time; 0 for unknown.
    var at: Int64 = 0
    /// The gid of whoever did it. Nil where no event names one person: then nobody is held to have asked.
    var by: String?

    /// Of two at one moment nobody can tell whose it was.
    func newer(_ other: AsanaBringing) -> AsanaBringing {
        if other.at != at { return other.at > at ? other : self }
        return AsanaBringing(at: at, by: by == other.by ? by : nil)
    }
}
