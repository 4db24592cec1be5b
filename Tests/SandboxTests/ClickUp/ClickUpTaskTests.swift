import BureauSandbox
import Foundation
import Testing

@Test("A task is found by its id and by its custom id, with values in the shapes they are read in")
func taskValues() async throws {
    try await ServiceHost.run { host in
        let task = try await host.clickUp("GET", "/task/86demoshm1").json
        let byCustomID = try await host.clickUp("GET", "/task/SEO-101?custom_task_ids=true&team_id=9018614428").json
        #expect(byCustomID["id"] == task["id"])
        #expect(task["status"]?["status"]?.string == "to do")
        let fields = Dictionary(
            uniqueKeysWithValues: (task["custom_fields"]?.array ?? []).map { ($0["name"]?.string ?? "", $0) })
        #expect(fields["client_id"]?["value"]?.string == "shamrock-detailing-columbus")
        #expect(fields["industry"]?["value"]?.int == 0)
        #expect(fields["industry"]?["type_config"]?["options"]?[0]?["name"]?.string == "Automotive")
        #expect(fields["service_area_cities"]?["value"]?.array?.count == 3)
        #expect(fields["service_area_cities"]?["type_config"]?["options"]?[0]?["label"]?.string == "Columbus")
        #expect(fields["business_address"]?["value"]?["formatted_address"]?.string?.contains("Columbus") == true)
        let unfinished = try await host.clickUp("GET", "/task/86demoblu2").json
        let unset = unfinished["custom_fields"]?.array?.first { $0["name"]?.string == "gbp_url" }
        #expect(unset != nil && unset?["value"] == nil)
    }
}

@Test("A new task takes option ids and answers the option's place")
func createTask() async throws {
    try await ServiceHost.run { host in
        let fields = try await host.clickUp("GET", "/list/901100000002/field").json["fields"]?.array ?? []
        let industry = try #require(fields.first { $0["name"]?.string == "industry" })
        let made = try await host.clickUp(
            "POST", "/list/901100000002/task",
            [
                "name": "Brief", "status": "To Do",
                "custom_fields": [
                    [
                        "id": industry["id"] ?? .null, "value": industry["type_config"]?["options"]?[1]?["id"] ?? .null,
                    ]
                ],
            ])
        #expect(made.status == 200)
        let value = made.json["custom_fields"]?.array?.first { $0["name"]?.string == "industry" }?["value"]
        #expect(value?.int == 1)
        let unfit = try await host.clickUp(
            "POST", "/list/901100000002/task",
            ["name": "Brief", "custom_fields": [["id": industry["id"] ?? .null, "value": "Dental"]]])
        #expect(unfit.status == 400)
    }
}

@Test("A field's value is taken away by a call of its own; null is no value")
func clearField() async throws {
    try await ServiceHost.run { host in
        func industry() async throws -> JSON? {
            let task = try await host.clickUp("GET", "/task/86demoshm1").json
            return task["custom_fields"]?.array?.first { $0["name"]?.string == "industry" }
        }
        let path = "/task/86demoshm1/field/\(try await industry()?["id"]?.string ?? "")"
        #expect(try await host.clickUp("POST", path, ["value": nil]).status == 400)
        #expect(try await industry()?["value"]?.int == 0)
        #expect(try await host.clickUp("DELETE", path).status == 200)
        let cleared = try await industry()
        #expect(cleared != nil && cleared?["value"] == nil)
    }
}

@Test("Comments come newest first, 25 to a page, and the next page needs the last one's date and id")
func commentPages() async throws {
    try await ServiceHost.run { host in
        for number in 1...30 {
            _ = try await host.clickUp(
                "POST", "/task/86demoblu1/comment", ["comment_text": "note \(number)", "notify_all": false])
        }
        let first = try await host.clickUp("GET", "/task/86demoblu1/comment").json["comments"]?.array ?? []
        #expect(first.count == 25)
        #expect(first.first?["comment_text"]?.string == "note 30")
        let last = try #require(first.last)
        let path = "/task/86demoblu1/comment?start=\(last["date"]?.string ?? "")&start_id=\(last["id"]?.string ?? "")"
        let second = try await host.clickUp("GET", path).json["comments"]?.array ?? []
        #expect(second.compactMap { $0["comment_text"]?.string } == ["note 5", "note 4", "note 3", "note 2", "note 1"])
    }
}

@Test("An attached file is listed with its size and comes back byte for byte; the same upload twice makes two files")
func attachment() async throws {
    try await ServiceHost.run { host in
        let content: [UInt8] = Array("# Audit\r\n--x\r\n".utf8) + (0...255)
        var body = Array(
            "--b1\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"audit.md\"\r\n".utf8)
        body += Array("Content-Type: text/markdown\r\n\r\n".utf8) + content + Array("\r\n--b1--\r\n".utf8)
        let headers = ["Authorization": "pk_demo", "Content-Type": "multipart/form-data; boundary=b1"]
        for _ in 1...2 {
            let reply = try await host.send(
                "POST", "/clickup/api/v2/task/86demoshm1/attachment", headers: headers, bytes: body)
            #expect(reply.status == 200)
            #expect(reply.json["title"]?.string == "audit.md")
        }
        let files = try await host.clickUp("GET", "/task/86demoshm1").json["attachments"]?.array ?? []
        #expect(files.compactMap { $0["size"]?.int } == [content.count, content.count])
        let download = try await host.send("GET", files[0]["url"]?.string ?? "")
        #expect(download.bytes == content)
        #expect(download.headers["content-disposition"]?.hasPrefix("attachment") == true)
    }
}

@Test("The sweep finds tasks by status and by date, and says when a page is the last")
func sweep() async throws {
    try await ServiceHost.run { host in
        let before = Int(Date.now.timeIntervalSince1970 * 1000) - 1000
        _ = try await host.clickUp("PUT", "/task/86demoblu1", ["status": "READY (Automate)"])
        let path = "/list/901100000001/task?statuses%5B%5D=ready+(automate)&date_updated_gt=\(before)&page=0"
        let page = try await host.clickUp("GET", path).json
        #expect(page["tasks"]?.array?.compactMap { $0["id"]?.string } == ["86demoblu1"])
        #expect(page["last_page"]?.bool == true)
        for number in 1...101 {
            _ = try await host.clickUp("POST", "/list/901100000002/task", ["name": .string("Task \(number)")])
        }
        let first = try await host.clickUp("GET", "/list/901100000002/task?page=0").json
        let second = try await host.clickUp("GET", "/list/901100000002/task?page=1").json
        #expect(first["tasks"]?.array?.count == 100 && first["last_page"]?.bool == false)
        #expect(second["tasks"]?.array?.count == 2 && second["last_page"]?.bool == true)
    }
}

@Test("A subtask names its parent and is listed only for those who ask for subtasks")
func subtasks() async throws {
    try await ServiceHost.run { host in
        let path = "/list/901100000001/task", parent = "86demoshm1"
        let made = try await host.clickUp("POST", path, ["name": "Part", "parent": .string(parent)]).json
        let id = try #require(made["id"]?.string)
        #expect(made["parent"]?.string == parent)
        let read = try await host.clickUp("GET", "/task/\(id)").json
        #expect(read["parent"]?.string == parent)
        let whole = try await host.clickUp("GET", "/task/\(parent)").json
        #expect(whole["parent"] == .null)
        for (query, isListed) in [("", false), ("&subtasks=false", false), ("&subtasks=true", true)] {
            let page = try await host.clickUp("GET", "\(path)?page=0\(query)").json["tasks"]?.array ?? []
            let ids = page.compactMap { $0["id"]?.string }
            #expect(ids.contains(id) == isListed, "\(query)")
            #expect(ids.contains(parent), "\(query)")
        }
        // One that is not there, and one of another list.
        for stranger in ["86nobody", "86demoshm2"] {
            let refused = try await host.clickUp("POST", path, ["name": "Part", "parent": .string(stranger)])
            #expect(refused.status == 400, "\(stranger)")
        }
    }
}

@Test("The board shows what was delivered and runs no markup that came with it")
func board() async throws {
    try await ServiceHost.run { host in
        let link: JSON = ["link": "https://drive.example/x"], evil: JSON = ["link": "javascript:alert(1)"]
        _ = try await host.clickUp(
            "POST", "/task/86demoshm1/comment",
            [
                "comment": [
                    ["text": "Audit ready <script>", "attributes": ["bold": true]], ["text": "\n"],
                    ["text": "Report", "attributes": link], ["text": "trap", "attributes": evil],
                    ["text": "\n", "attributes": ["list": ["list": "bullet"]]],
                ], "notify_all": false,
            ])
        let page = try await host.send("GET", "/board/86demoshm1").text
        #expect(page.contains("<strong>Audit ready &lt;script&gt;</strong>"))
        #expect(page.contains("<a href=\"https://drive.example/x\""))
        #expect(page.contains("<li>"))
        #expect(!page.contains("<script>") && !page.contains("javascript:"))
        #expect(try await host.send("GET", "/board").text.contains("ready (automate)"))
        let moved = try await host.send(
            "POST", "/board/86demoshm1/status", headers: ["Content-Type": "application/x-www-form-urlencoded"],
            bytes: Array("status=ready+%28automate%29".utf8))
        #expect(moved.status == 303)
        let tasks = try await host.state("clickup")["tasks"]?.array ?? []
        #expect(tasks.first { $0["id"]?.string == "86demoshm1" }?["status"]?.string == "ready (automate)")
    }
}
