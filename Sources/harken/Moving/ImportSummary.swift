import Framing

/// The report of an import, for a terminal.
struct ImportSummary {
    private static let names = ["conversations", "people", "voices", "samples", "audio", "settings"]

    private var rows: [[String]] = []
    private var namesakes: [(name: String, person: String, other: String)] = []
    private var rejections: [(entry: String, reason: String)] = []
    /// Number of objects that are left out.
    private(set) var rejectedCount = 0

    /// - Parameter report: the report as JSON.
    init(_ report: [UInt8]) throws(GatewayError) {
        do throws(JSONError) {
            let document = try JSONDocument(parsing: report)
            for name in Self.names {
                let count = document.root[name]
                rows.append([name, "\(count["added"].int ?? 0)", "\(count["present"].int ?? 0)"])
            }
            let people = document.root["namesakes"]
            for index in 0..<people.count {
                let one = people[index]
                namesakes.append((one["name"].string ?? "", one["person_id"].string ?? "", one["other_person_id"].string ?? ""))
            }
            let rejected = document.root["rejected"]
            for index in 0..<rejected.count {
                rejections.append((rejected[index]["entry"].string ?? "", rejected[index]["reason"].string ?? ""))
            }
            rejectedCount = document.root["rejected_count"].int ?? rejections.count
        } catch {
            throw GatewayError("the answer of the gateway cannot be read; use the same version of harken there and here")
        }
    }

    /// - Parameter file: name of the archive.
    func text(of file: String) -> String {
        var text = Table.text([TerminalText.safe(file), "ADDED", "THERE"], rows)
        for (name, person, other) in namesakes.map({ (TerminalText.safe($0.name), TerminalText.safe($0.person), TerminalText.safe($0.other)) }) {
            text += "two people are named \(name); if they are one, merge them: harken people merge \(person) \(other)\n"
        }
        for rejection in rejections { text += "left out: \(TerminalText.safe(rejection.entry)): \(TerminalText.safe(rejection.reason))\n" }
        if rejectedCount > rejections.count { text += "left out: \(rejectedCount - rejections.count) more\n" }
        return text
    }
}
