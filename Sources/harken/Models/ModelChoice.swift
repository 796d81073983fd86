import Glibc
import LocalEngine
import Speech

/// The choice of local models that `harken models use` keeps in the folder of models: the value of `HARKEN_LOCAL_MODELS` where that is not set.
struct ModelChoice {
    static let variable = "HARKEN_LOCAL_MODELS"
    private static let name = "local-models"

    /// Path of the file with the choice.
    let path: String

    init(in folder: ModelFolder) { path = folder.path + "/" + Self.name }

    /// The models by language, as they were written; nil when nothing was chosen.
    var text: String? {
        let line = TextFile.read(path, most: 4_096)?.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return line.isEmpty ? nil : line
    }

    /// - Parameter text: nil: nothing is chosen any more.
    func set(_ text: String?) throws {
        if let text {
            try OutputFile.write(text + "\n", to: path, standard: .output)
        } else if unlink(path) != 0, errno != ENOENT {
            throw FileTreeError("delete", path)
        }
    }
}
