extension HTML {
    /// One of two pieces of markup. Says the type that two bare literals in an interpolation would not have: they would
    /// be text, and escaped.
    static func when(_ condition: Bool, _ html: @autoclosure () -> HTML, else other: @autoclosure () -> HTML = "")
        -> HTML
    {
        condition ? html() : other()
    }
}
