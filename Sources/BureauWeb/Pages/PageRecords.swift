import BureauDomain

struct ApprovalCard {
    struct Line {
        var name: String
        /// How long it is, where nobody sees that by looking.
        var size: String? = nil
        var value: String
    }
    var id: String
    var chip: Chip? = nil
    var effect: String
    var meta: TimedText
    var tool: String
    var event: String
    var json: String
    /// What the agent said last before it asked.
    var why: String? = nil
    /// How it stands to what was asked before.
    var versionWords: String? = nil
    var preview: Bool
    var previewFacts: [Line]
    /// What is different from the version before, or from what the agent asked for.
    var diff: Diff? = nil
    var outcome: String? = nil
    var refusal: String? = nil
    var mayDecide: Bool
    /// Where it is changed before it is approved.
    var changeAddress: String? = nil
    /// How else, where it is too long for a page.
    var changeWords: String? = nil
    /// Where whoever wanted the work is asked something first.
    var questionAddress: String? = nil
    var approveWord: String
    var denyWord: String
    var action: String
    var runAddress: String
    var formToken: String
    var formKey: String
}

struct Timeline {
    struct Entry {
        var time: String
        var iso: String? = nil
        var glyph: String
        var kind: String
        var text: String
        var tone: String
        /// How long after its call an answer came.
        var took: String? = nil
        /// Where all of it is, when this is not.
        var all: String? = nil
        var anchor: String? = nil
        /// The whole moment, with its day.
        var moment: String? = nil
        /// The page that shows it among what was around it.
        var link: String? = nil
        /// What is folded away behind it.
        var group: Group? = nil
    }
    /// Several that are told as one until somebody opens them.
    struct Group {
        var entries: [Entry]
        var isOpen: Bool
    }
    var entries: [Entry]
    var views: [Link]
    var search: Filters? = nil
    var count: String
    var earlier: String? = nil
    var newest: String? = nil
    var stream: String? = nil
    /// The same page loaded again and again, or no longer.
    var reload: Link? = nil
    var isLog: Bool
    var hasEntries: Bool
    /// What of it cannot be shown.
    var problem: String? = nil
    /// What the session did last, for the top of the page.
    var doing: String? = nil
}

struct Disclosure {
    var summary: String
    var body: String
    var isOpen = false
    /// The whole of it, by a button.
    var isCopied = false
}

/// A document from outside, kept in a frame it cannot leave.
struct Frame {
    var title: String
    var address: String
    var download: String
    /// A browser's own PDF viewer does not start in a sandbox.
    var isSandboxed = true
}

struct Diff {
    struct Line {
        var sign: String
        var text: String
        var tone: String
    }
    var caption: String
    var lines: [Line]
}
