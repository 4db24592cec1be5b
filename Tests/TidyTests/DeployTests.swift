import Foundation
import Testing

@Suite("Deployment files")
struct DeployTests {
    @Test("install.sh --dry-run prints every step in a safe order and calls nothing that changes the system")
    func dryRun() async throws {
        try await Shell.inTemporaryFolder { shell in
            let changing = [
                "apt-get", "useradd", "install", "chmod", "chown", "mv", "cp", "systemctl", "ufw", "caddy", "runuser",
            ]
            for command in changing {
                // A question may be asked.
                try shell.write(
                    "#!/bin/sh\n[ \"$1\" = show ] || echo \(command) >>'\(shell.folder.path)/called'\n",
                    to: "bin/\(command)", isExecutable: true)
            }
            let script = SourceTree.root.appending(path: "deploy/install.sh").path
            let outcome = try await shell.run(
                script, ["--host", "bureau.example.com", "--dry-run"],
                environment: [
                    "PATH": "\(shell.folder.path)/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    "BUREAU_CADDYFILE": "\(shell.folder.path)/etc/caddy/Caddyfile",
                    "BUREAU_BINARY": "/srv/built/bureau",
                ])
            #expect(outcome.status == 0, "\(outcome.output)")
            #expect(!FileManager.default.fileExists(atPath: shell.folder.appending(path: "called").path))
            let steps = [
                "0700 -o bureau -g bureau /var/lib/bureau", "write /etc/bureau/bureau.env (mode 0600",
                "/srv/built/bureau /usr/local/bin/bureau.new", "/usr/local/bin/bureauctl", "systemctl daemon-reload",
                "caddy validate",
                "/etc/caddy/Caddyfile",
                "ufw allow 22/tcp", "ufw allow 80/tcp", "ufw allow 443/tcp", "ufw --force enable",
                "systemctl restart bureau.service",
            ]
            var rest = outcome.output[...]
            for step in steps {
                let place = try #require(rest.range(of: step), "\(step) is missing or too late in:\n\(outcome.output)")
                rest = rest[place.upperBound...]
            }
        }
    }

    @Test("install.sh opens the firewall for every port of SSH before it closes the rest")
    func firewall() async throws {
        try await Shell.inTemporaryFolder { shell in
            let stubs = [
                "sshd": "printf 'port 2201\\nport 2202\\naddressfamily any\\n'",
                "systemctl": "[ \"$1\" != show ] || printf '0.0.0.0:2203 (Stream)\\n[::]:2203 (Stream)\\n'",
            ]
            for (name, body) in stubs {
                try shell.write("#!/bin/sh\n\(body)\n", to: "bin/\(name)", isExecutable: true)
            }
            let script = SourceTree.root.appending(path: "deploy/install.sh").path
            let environment = [
                "PATH": "\(shell.folder.path)/bin:/usr/bin:/bin", "SSH_CONNECTION": "192.0.2.7 50112 192.0.2.1 2204",
            ]
            func firewallLines() async throws -> [Substring] {
                let outcome = try await shell.run(script, ["--dry-run", "--no-proxy"], environment: environment)
                #expect(outcome.status == 0, "\(outcome.output)")
                return outcome.output.split(separator: "\n").filter { $0.contains("+ ufw ") || $0.contains("sshd -T") }
            }
            let opened = ["22", "2201", "2202", "2203", "2204", "80", "443"].map { "+ ufw allow \($0)/tcp" }
            #expect(try await firewallLines() == (opened + ["+ ufw --force enable"]).map { $0[...] })
            // Only root may ask it.
            try shell.write("#!/bin/sh\nexit 1\n", to: "bin/sshd", isExecutable: true)
            let unasked = try await firewallLines()
            #expect(unasked.first?.contains("sshd -T") == true && !unasked.contains("+ ufw allow 2201/tcp"))
        }
    }

    static let shippedSite = ":80 {\n\t# Your site's folder.\n\troot * /usr/share/caddy\n\n\tfile_server\n}\n"
    static let ourSite = (try? SourceTree.file("deploy/Caddyfile").text) ?? ""
    static let proxies: [(caddyfile: String, flags: [String], status: Int32, says: String)] = [
        ("www.example.com {\n\trespond ok\n}\n", [], 1, "serves something else already"),
        (shippedSite + "www.example.com {\n}\n", [], 1, "serves something else already"),
        ("www.example.com {\n\trespond ok\n}\n", ["--replace-proxy"], 0, "/Caddyfile.before-bureau"),
        ("www.example.com {\n\trespond ok\n}\n", ["--no-proxy"], 0, "systemctl restart bureau.service"),
        ("# Caddy\n\n" + shippedSite, [], 0, "/Caddyfile.bureau "),
        ("# Installed by deploy/install.sh\nother.example.com {\n}\n", [], 0, "/Caddyfile.bureau "),
        (ourSite, [], 0, "/Caddyfile.bureau "),
        (ourSite + "www.example.com {\n\trespond ok\n}\n", [], 0, "is kept as "),
    ]
    @Test(
        "install.sh replaces no Caddyfile that serves other sites, unless it is told to, and none without a copy",
        arguments: proxies)
    func otherSites(caddyfile: String, flags: [String], status: Int32, says: String) async throws {
        try await Shell.inTemporaryFolder { shell in
            try shell.write(caddyfile, to: "Caddyfile")
            let outcome = try await shell.run(
                SourceTree.root.appending(path: "deploy/install.sh").path,
                ["--dry-run", "--no-firewall", "--host", "bureau.example.com"] + flags,
                environment: ["BUREAU_CADDYFILE": "\(shell.folder.path)/Caddyfile"])
            #expect(outcome.status == status && outcome.output.contains(says), "\(outcome.output)")
            // Refused before anything is changed; of what is replaced by the very same no copy is made.
            #expect(outcome.output.contains("+ ") == (status == 0))
            let isReplaced = status == 0 && !flags.contains("--no-proxy") && caddyfile != Self.ourSite
            #expect(outcome.output.contains("/Caddyfile.before-bureau\n") == isReplaced, "\(outcome.output)")
        }
    }

    @Test("install.sh keeps a copy of a unit that differs from its own", arguments: [true, false])
    func changedUnit(isChanged: Bool) async throws {
        try await Shell.inTemporaryFolder { shell in
            let own = try SourceTree.file("deploy/bureau.service").text
            try shell.write(isChanged ? own + "MemoryMax=2G\n" : own, to: "bureau.service")
            let outcome = try await shell.run(
                SourceTree.root.appending(path: "deploy/install.sh").path,
                ["--dry-run", "--no-firewall", "--no-proxy"],
                environment: ["BUREAU_UNIT": "\(shell.folder.path)/bureau.service"])
            #expect(outcome.status == 0, "\(outcome.output)")
            let isKept = outcome.output.contains("+ cp -p --backup=numbered \(shell.folder.path)/bureau.service ")
            #expect(isKept == isChanged, "\(outcome.output)")
        }
    }

    static let usage: [([String], Int32, String)] = [
        (["--dry-run"], 64, "--host needs"),
        (["--host"], 64, "--host needs a name"),
        (["--dry-run", "--host", "a.example.com; reboot"], 64, "--host needs"),
        (["--dry-run", "--hots", "a.example.com"], 64, "unknown argument: --hots"),
        (["--dry-run", "--no-proxy", "--no-firewall"], 0, "systemctl restart bureau.service"),
        (["--help"], 0, "deploy/install.sh --host"),
    ]
    @Test("install.sh says what is wrong with its arguments", arguments: usage)
    func arguments(arguments: [String], status: Int32, text: String) async throws {
        let script = SourceTree.root.appending(path: "deploy/install.sh").path
        let outcome = try await Shell.inTemporaryFolder { try await $0.run(script, arguments) }
        #expect(outcome.status == status)
        #expect(outcome.output.contains(text), "\(outcome.output)")
    }

    static let owners: [(user: String, group: String, says: String)] = [
        ("ops", "staff", "--uid=ops --gid=staff"), ("ops", "", "--uid=ops --gid=ops"),
        ("", "", "--uid=bureau --gid=bureau"), ("root", "bureau", "--uid=root --gid=bureau"),
    ]
    @Test("bureauctl runs as the unit's user and group", arguments: owners)
    func owner(user: String, group: String, says: String) async throws {
        try await Shell.inTemporaryFolder { shell in
            let stubs = [
                "id": "echo 0", "systemd-run": "echo \"$@\"",
                "systemctl": "case $2 in *User) echo '\(user)' ;; *Group) echo '\(group)' ;; esac",
            ]
            for (name, body) in stubs {
                try shell.write("#!/bin/sh\n\(body)\n", to: "bin/\(name)", isExecutable: true)
            }
            let outcome = try await shell.run(
                SourceTree.root.appending(path: "deploy/bureauctl").path, ["runs", "list"],
                environment: ["PATH": "\(shell.folder.path)/bin:/usr/bin:/bin"])
            #expect(outcome.status == 0 && outcome.output.contains(says), "\(outcome.output)")
            #expect(outcome.output.hasSuffix("/usr/local/bin/bureau runs list\n"))
        }
    }

    static let unitLines = [
        "Type=notify", "WatchdogSec=30", "Restart=always", "ExecStart=/usr/local/bin/bureau serve", "User=bureau",
        "EnvironmentFile=/etc/bureau/bureau.env", "StateDirectory=bureau", "NoNewPrivileges=yes",
        "ProtectSystem=strict", "CapabilityBoundingSet=", "SystemCallFilter=@system-service", "MemoryMax=1G",
        "LimitNICE=-4", "SystemCallFilter=setpriority", "TimeoutStartSec=infinity",
    ]
    @Test("The unit keeps its promises", arguments: unitLines)
    func unit(line: String) throws {
        #expect(try SourceTree.file("deploy/bureau.service").lines.contains { $0 == line })
    }

    @Test("The drop-in for building gives back what builders need, each group of lines with its reason")
    func building() throws {
        let lines = try SourceTree.file("deploy/bureau-build.conf").lines
        for line in [
            "User=root", "CapabilityBoundingSet=CAP_SETUID CAP_SETGID", "CapabilityBoundingSet=CAP_SYS_ADMIN",
            "PrivateUsers=no", "RestrictNamespaces=mnt net", "ReadWritePaths=/srv/git", "ProcSubset=all",
            "KillMode=process",
        ] { #expect(lines.contains { $0 == line }, "\(line)") }
        #expect(!lines.contains { $0.hasPrefix("NoNewPrivileges") || $0.hasPrefix("ProtectSystem") })
        let settings = lines.indices.filter { lines[$0].contains("=") && !lines[$0].hasPrefix("#") }
        for index in settings {
            let above = lines[..<index].last { $0.hasPrefix("#") || $0.isEmpty || $0 == "[Service]" }
            #expect(above?.hasPrefix("# ") == true, "\(lines[index]) stands without a reason")
        }
    }

    @Test("The proxy never compresses a stream, and sends each write on at once")
    func proxy() throws {
        let lines = try SourceTree.file("deploy/Caddyfile").lines.map { $0.drop { $0 == "\t" } }
            .filter { !$0.hasPrefix("#") }
        #expect(lines.contains("flush_interval -1"))
        #expect(lines.contains("encode {"), "a bare encode would take every type")
        #expect(lines.contains { $0.hasPrefix("header Content-Type") })
        #expect(!lines.contains { $0.contains("event-stream") || $0 == "header Content-Type text/*" })
    }
}
