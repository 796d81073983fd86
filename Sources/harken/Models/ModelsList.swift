import Framing
import LocalEngine

struct ModelsList: Command {
    static let description = CommandDescription(
        name: "models list", summary: "List the local models: size, state, and what each is for.",
        discussion: "States come from the sizes of files; harken models verify reads everything. With --json: one object.",
        options: ModelPlaceChoice.options + [Flag.json])

    /// The state of an optional part that is not there.
    private static let notAdded = "not added"

    private struct Row {
        var part: ModelPart
        var size: Int
        var state: String
    }

    private let choice: ModelPlaceChoice
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        choice = try ModelPlaceChoice(arguments)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context, in: choice) { place in
            let manifest = try ModelManifest(folder: place.path)
            let rows = ModelPart.allCases.map { row($0, manifest, place) }
            if json {
                context.output.writeLine(Self.json(rows, place.path))
            } else {
                let total = rows.reduce(0) { $0 + $1.size }
                context.output.write(
                    Table.text(
                        ["MODEL", "FOR", "SIZE", "STATE"],
                        rows.map { [$0.part.name, $0.part.purpose, Self.megabytes($0.size), $0.state] } + [["total", "", Self.megabytes(total), ""]]))
                context.note("")
                context.note("The models are in \(place.path).")
                if rows.contains(where: { $0.state != "ready" && $0.state != Self.notAdded }) { context.note("To mend this: \(ModelFolder.remedy).") }
            }
        }
    }

    private func row(_ part: ModelPart, _ manifest: ModelManifest?, _ place: ModelPlace) -> Row {
        let files = manifest?.list.files.filter { part.has($0.path) } ?? []
        let problems = files.compactMap { file in manifest?.list.problem(of: file, in: place.path, readsAll: false) }
        let missing = place.folder.problem(part.items)
        return Row(
            part: part, size: missing == nil ? files.reduce(0) { $0 + $1.size } : 0,
            state: missing.map { $0.hasSuffix("is missing") ? (part.isOptional ? Self.notAdded : "missing") : "cannot be read" }
                ?? (problems.isEmpty ? "ready" : "damaged"))
    }

    private static func megabytes(_ bytes: Int) -> String {
        bytes == 0 ? "-" : "\((bytes + 50_000) / 1_000_000).\((bytes + 50_000) / 100_000 % 10) MB"
    }

    private static func json(_ rows: [Row], _ path: String) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("path", path)
        writer.key("models")
        writer.beginArray()
        for row in rows {
            writer.beginObject()
            writer.member("name", row.part.name)
            writer.member("for", row.part.purpose)
            writer.member("bytes", row.size)
            writer.member("state", row.state)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.text
    }
}
