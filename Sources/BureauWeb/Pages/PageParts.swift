import BureauDomain

/// A page as its view places it: finished strings and nothing to decide.
struct Page {
    var title: String
    var heading: String
    var chip: Chip? = nil
    var lead: String? = nil
    var crumbs: [Link] = []
    var links: [Link] = []
    /// What is opened less often.
    var more: More? = nil
    var blocks: [Block] = []
    var status = 200
    /// What stands at the end when it is printed: what it is about, and of when it is.
    var printed: String? = nil
}

struct Link {
    var word: String
    var address: String? = nil
    var isCurrent = false
    var count: String? = nil
    var style = ""
    /// Under which name the count is kept true while the page is open.
    var counted: String? = nil
}

/// Links behind one word, so that they leave the head of a page to what it is about.
struct More {
    /// The whole id, to be copied.
    var copied: String
    /// The page's whole address, to be copied; nil where the server does not know its own.
    var shared: String? = nil
    var links: [Link]
}

struct Chip {
    var glyph: String
    var word: String
    var tone: String
    /// The word with its moments.
    var told: TimedText? = nil
}

/// One section of a page. What is nil is not there.
struct Block {
    var id: String? = nil
    var heading: String? = nil
    /// How many the heading is about, and under which name that is kept true while the page is open.
    var count: String? = nil
    var counted: String? = nil
    var style = ""
    /// Everything but the heading is folded away behind these words.
    var folded: String? = nil
    /// What is folded away is printed all the same.
    var printsOpen = false
    var text: String? = nil
    var callout: Callout? = nil
    var cards: Cards? = nil
    var steps: Steps? = nil
    var facts: Facts? = nil
    var items: Items? = nil
    var tabs: Tabs? = nil
    var filters: Filters? = nil
    var chart: Chart? = nil
    var table: Table? = nil
    var approval: ApprovalCard? = nil
    var timeline: Timeline? = nil
    var disclosure: Disclosure? = nil
    var diff: Diff? = nil
    var frame: Frame? = nil
    var emptyText: String? = nil
    var links: [Link] = []
    var forms: [Form] = []
}

struct Callout {
    var tone: String
    var title: String
    /// The title with its moments.
    var told: TimedText? = nil
    var text: String? = nil
    var fix: String? = nil
    var link: Link? = nil
    var isAlert = false
}

struct Cards {
    struct Card {
        var label: String
        var value: String
        var note: String? = nil
    }
    var cards: [Card]
}

struct Steps {
    struct Step {
        var glyph: String
        var word: String
        var state: String
        var tone: String
        var isNow = false
    }
    var steps: [Step]
}

struct Facts {
    struct Fact {
        var name: String
        var value: String
        /// The same with its moments.
        var told: TimedText? = nil
        var address: String? = nil
        var isCode = false
        var isCopied = false
        /// Said before it, where something needs a look.
        var chip: Chip? = nil
        /// Where there is more of it.
        var more: [Link] = []
        /// Kept true while the page is open.
        var isNow = false
    }
    var facts: [Fact]

    init(_ facts: [Fact?]) { self.facts = facts.compactMap { $0 }.filter { !$0.value.isEmpty } }
}

extension Facts.Fact {
    init(name: String, told: TimedText, address: String? = nil, chip: Chip? = nil, more: [Link] = []) {
        self.init(name: name, value: told.words, told: told, address: address, chip: chip, more: more)
    }
}

struct Items {
    struct Item {
        var chip: Chip? = nil
        var title: String
        var address: String
        var meta: TimedText
        /// The run it tells of, whose state is kept true while the page is open.
        var run: String? = nil
    }
    var items: [Item]
}

struct Tabs {
    var label: String
    var tabs: [Link]
}

/// A form that only leads somewhere: its fields are in the address.
struct Filters {
    var action: String
    var fields: [Field]
    var chips: [Link] = []
    var verb = "Apply"
    var style = "filters"
    /// Views see stored members only.
    let hasChips: Bool

    init(
        action: String, fields: [Field], chips: [Link] = [], verb: String = "Apply", style: String = "filters"
    ) {
        (self.action, self.fields, self.chips, hasChips) = (action, fields, chips, !chips.isEmpty)
        (self.verb, self.style) = (verb, style)
    }
}

struct Field {
    struct Option {
        var word: String
        var value: String
        var isOn = false
        var isOff = false
    }
    enum Kind { case line(type: String), long, options([Option]), check(isOn: Bool), hidden }

    let name: String, label: String, id: String, value: String, type: String
    let hint: String?, hintID: String, autocomplete: String?
    let isRequired: Bool, isLong: Bool, isLine: Bool, isCheck: Bool, isOn: Bool, isHidden: Bool, hasOptions: Bool
    let options: [Option]
    /// What is wrong with what stands in it.
    let problem: String?, problemID: String
    /// The ids of what describes it.
    let described: String?
    /// The label of a box with its moments.
    var told: TimedText? = nil
    /// Put in by the renderer: the first that is wrong.
    var hasFocus = false

    init(
        _ name: String, _ label: String, _ kind: Kind = .line(type: "text"), value: String = "", hint: String? = nil,
        autocomplete: String? = nil, isRequired: Bool = false, id: String? = nil, problem: String? = nil
    ) {
        (self.name, self.label, self.value, self.hint) = (name, label, value, hint)
        (self.autocomplete, self.isRequired) = (autocomplete, isRequired)
        self.id = id ?? "f-\(name)"
        (hintID, problemID, self.problem) = (self.id + "-hint", self.id + "-problem", problem)
        let ids = [problem == nil ? nil : problemID, hint == nil ? nil : hintID].compactMap(\.self)
        described = ids.isEmpty ? nil : ids.joined(separator: " ")
        type = if case .line(let type) = kind { type } else { "" }
        isLine = if case .line = kind { true } else { false }
        isLong = if case .long = kind { true } else { false }
        isHidden = if case .hidden = kind { true } else { false }
        (isCheck, isOn) = if case .check(let isOn) = kind { (true, isOn) } else { (false, false) }
        options = if case .options(let options) = kind { options } else { [] }
        hasOptions = if case .options = kind { true } else { false }
    }
}

struct Table {
    struct Column {
        var title: String
        var isNumber = false
        /// How the list is sorted by it, in the words of `aria-sort`, and where it is sorted the other way.
        var sort: String? = nil
        var address: String? = nil
    }
    struct Cell {
        var text: String
        var label = ""
        var address: String? = nil
        var chip: Chip? = nil
        var iso: String? = nil
        /// The whole moment in the reader's zone.
        var moment: String? = nil
        var isNumber = false
        var isCode = false
        var isCopied = false
        /// The id its box ticks, and what the box is called.
        var pick: String? = nil
        var pickLabel = ""
    }
    struct Row {
        var cells: [Cell]
        /// The run it tells of, which keeps it true while the page is open.
        var run: String? = nil
    }

    /// Titles; "#" before one says that its column holds numbers.
    static func columns(_ titles: String...) -> [Column] {
        titles.map { Column(title: String($0.drop { $0 == "#" }), isNumber: $0.hasPrefix("#")) }
    }

    let caption: String, columns: [Column], rows: [Row], empty: String, emptyLink: Link?
    let note: String?, csv: String?, first: String?, picks: Picks?
    var next: String?
    /// Which rows of the list these are.
    var showing: String? = nil
    let isFull: Bool, hasPages: Bool, isLive = true
    /// A list that a filter has emptied keeps its head; what there is nothing of yet has none.
    let hasHead: Bool
    /// How many columns a line across all of them has.
    let span: Int
    /// For a list that says when there is more of it: where the changes stood when it was read.
    var since: String? = nil
    /// What the links to other pages are called.
    var firstWord = "Newest", nextWord = "Older"

    init(
        _ caption: String, _ columns: [Column], _ rows: [[Cell]], empty: String, emptyLink: Link? = nil,
        note: String? = nil, csv: String? = nil, first: String? = nil, next: String? = nil, picks: Picks? = nil,
        runs: [String] = []
    ) {
        (self.caption, self.columns, self.empty, self.emptyLink) = (caption, columns, empty, emptyLink)
        self.picks = rows.isEmpty ? nil : picks
        (self.note, self.csv, self.first, self.next) = (note, csv, first, next)
        self.rows = rows.enumerated().map { place, cells in
            Row(
                cells: zip(cells, columns).map { cell, column in
                    var cell = cell
                    (cell.label, cell.isNumber) = (column.title, column.isNumber)
                    cell.moment = cell.iso.map(PageClock.exact)
                    return cell
                }, run: runs.indices.contains(place) ? runs[place] : nil)
        }
        (isFull, span) = (!rows.isEmpty, columns.count)
        hasHead = !rows.isEmpty || emptyLink != nil
        hasPages = first != nil || next != nil
    }
}

/// What may be done with the rows whose boxes are ticked. The page it leads to shows what would happen, and to which.
struct Picks {
    struct Verb {
        var word: String
        var value: String
    }
    /// Before the id in the name of a box.
    static let box = "pick."
    /// In one go.
    static let pickedMax = 100
    var action: String
    var verbs: [Verb]
}

struct Form {
    /// Another thing to do with the same fields.
    struct Button {
        var word: String
        var name: String
        var value: String
    }
    /// Fields behind words that open them.
    struct Folded {
        var summary: String
        var fields: [Field]
        var isOpen = false
    }
    var action: String
    var verb: String
    var fields: [Field] = []
    var folded: Folded? = nil
    var tone = "primary"
    var style = "form"
    var legend: String? = nil
    var problem: String? = nil
    var cancel: Link? = nil
    var buttonName: String? = nil
    var buttonValue = ""
    var second: Button? = nil
    /// It only shows something, and may be sent as often as somebody likes.
    var isRepeatable = false
    /// Put in by the renderer.
    var formToken: String? = nil
    var formKey: String? = nil
}
