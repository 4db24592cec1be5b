import Foundation

// The order in which sets and dictionaries give their members is part of the trace. The runtime decides it once, from
// the environment, before the first line of a program: so the program starts itself again with it.
if getenv("SWIFT_DETERMINISTIC_HASHING") == nil {
    setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
    var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
    execv("/proc/self/exe", &arguments)
}

if CommandLine.arguments.contains("--help") {
    print(Simulation.usage)
    exit(0)
}
do {
    exit(try Simulation(Array(CommandLine.arguments.dropFirst())).run())
} catch let problem as Simulation.BadArgument {
    FileHandle.standardError.write(Data("\(problem)\n\(Simulation.usage)\n".utf8))
    exit(64)
} catch {
    FileHandle.standardError.write(Data("the simulation could not go on: \(error)\n".utf8))
    exit(70)
}
