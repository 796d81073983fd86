import Framing
import Glibc

/// The list of the files in a models folder. Set-up writes it into the folder.
struct ModelManifest {
    static let name = "manifest.json"
    /// Value of `languages` for a model that the user added.
    static let added = "added"

    /// The digest of the list of packages that the models were made from.
    let parts: String
    /// The digest of the list of packages that the model for other languages than English was made from; `added` for a model of the user's; nil for none.
    let languages: String?
    let list: FileManifest

    /// Reads the manifest of a folder; nil when the folder has none.
    ///
    /// - Throws: a description of what is wrong with the manifest.
    init?(folder: String) throws(ModelError) {
        let path = folder + "/" + Self.name
        guard let text = TextFile.read(path) else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw ModelError("\(path) cannot be read: \(String(cString: strerror(errno)).lowercased())")
        }
        guard let document = try? JSONDocument(parsing: Array(text.utf8)), let parts = document.root["parts"].string,
            var list = FileManifest(document.root["files"])
        else { throw ModelError("\(path) is not a manifest of models; \(ModelError.remedy)") }
        // Archives leave out what only tests play.
        list.optional = "test-audio/"
        self.parts = parts
        languages = document.root["languages"].string
        self.list = list
    }
}

/// A failure with models, in one line that says what to do.
struct ModelError: Error, CustomStringConvertible {
    static let remedy = "install the models again: harken models install FILE"

    let description: String

    init(_ description: String) { self.description = description }
}
