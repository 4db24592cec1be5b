/// Untrusted text, private data and a way out may not meet in one builder without a person between them.
package enum BuildSafety {
    /// Why the agent is refused; nil when a person stands between, or one of the three is missing.
    ///
    /// A task's text is untrusted when a change in the work tool starts the agent: whoever can write there is not
    /// known. Whoever starts a run by hand has read it.
    package static func objection(_ policy: CommandPolicy, startsFromTasks: Bool) -> String? {
        guard startsFromTasks, policy.seesPrivateData, policy.hasNetwork else { return nil }
        return "untrusted task text, private data and a way out meet in this builder, and no person stands between: "
            + "say \"private_data\": false if it can see none, take the network away with \"network\": false, "
            + "or switch off the trigger and start it by hand"
    }
}
