/// A chart as its view places it: every coordinate a finished string, nothing to decide. The same data gives the same
/// bytes.
struct Chart {
    struct Rect {
        var x: String
        var y: String
        var width: String
        var height: String
        /// "url(#wide-s2)"; its pattern carries the colour.
        var fill: String
    }
    struct Label {
        var x: String
        var y: String
        var text: String
        var anchor = "start"
    }
    struct Line {
        var y: String
        var from: String
        var to: String
    }
    struct Path {
        /// "curve", "alarm" or "limit": what it is, and its colour.
        var style: String
        var d: String
    }
    struct Key {
        var x: String
        var y: String
        var fill: String
        var label: Label
    }
    struct Pattern {
        var id: String
        /// "s1" to "s4": the colour.
        var tone: String
        /// What is drawn over the colour, so that it can be told without it.
        var mark: String
    }
    /// One drawing of the figure. The stylesheet shows the one that fits.
    struct Drawing {
        var style: String
        var box: String
        var titleID: String
        var descID: String
        var title: String
        var desc: String
        var patterns: [Pattern]
        var lines: [Line]
        var bars: [Rect]
        /// Around the day that is not over.
        var open: Rect?
        var labels: [Label]
        var keys: [Key]
        var paths: [Path] = []
    }

    /// The finding in a sentence.
    var caption: String
    var drawings: [Drawing]
}
