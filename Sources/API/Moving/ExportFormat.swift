/// The archive of everything that the gateway has of a user: names of its entries, and the number of its form.
package enum ExportFormat {
    /// Number of the form. An import refuses other numbers, so the number changes when earlier versions would lose something.
    static let number = 1
    /// Name of the folder that has all entries.
    package static let folder = "harken-export"
    package static let mediaType = "application/x-tar"

    static let head = "export.json"
    static let user = "user.json"
    static let people = "people.json"
    static let conversations = "conversations/"
    /// Beginnings of names of lists that come in several files: `voices.json`, `voices-2.json`.
    static let voices = "voices"
    static let samples = "samples"
    static let audio = "audio"
    /// Folders of files with audio.
    static let audioFolder = "audio/"
    static let sampleFolder = "samples/"

    /// Maximum number of objects in one file of a list.
    static let page = 500
    /// Maximum number of segments from which the samples in one file were learned, unless one sample alone has more.
    static let maxSources = 20_000

    /// Returns the name of a file of a list.
    ///
    /// - Parameter number: number of the file, from 1.
    static func name(_ list: String, _ number: Int) -> String { number == 1 ? "\(list).json" : "\(list)-\(number).json" }

    /// Returns true if the file belongs to the list.
    static func isName(_ name: String, of list: String) -> Bool {
        guard name.hasPrefix(list), name.hasSuffix(".json") else { return false }
        let number = name.dropFirst(list.count).dropLast(5)
        return number.isEmpty || number.first == "-" && number.dropFirst().allSatisfy(\.isNumber)
    }
}
