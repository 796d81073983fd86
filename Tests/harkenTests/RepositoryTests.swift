import Foundation
import Gateway
import Testing

/// The documents beside the code say what the manifest says.
@Suite struct `The repository` {
    let manifest: String

    init() throws {
        manifest = try Self.text("Package.swift")
    }

    @Test func `draws its targets in docs/architecture.md as the manifest has them`() throws {
        let table = try #require(try Self.text("docs/architecture.md").split(separator: "\n\n").first { $0.hasPrefix("| target |") })
        let drawn = table.matches(of: /(?m)^\| `(\w+)` \| (.+?) \|/).map { row in
            Target(name: String(row.1), imports: row.2.matches(of: /`(\w+)`/).map { String($0.1) })
        }
        #expect(drawn == targets)
    }

    @Test func `installs every Debian package that the manifest names`() throws {
        let installed = Set(try Self.text("scripts/setup.d/debian.txt").split(separator: "\n").map(String.init))
        #expect(!debianPackages.isEmpty)
        #expect(debianPackages.filter { !installed.contains($0) } == [])
    }

    @Test func `names the licence of every Debian package that the manifest names`() throws {
        let notice = try Self.text("NOTICE")
        #expect(debianPackages.filter { !notice.contains($0.replacing(/-dev$/, with: "")) } == [])
    }

    @Test(arguments: ["Speech", "Framing", "Conversations", "Speakers", "RecordingAssembly", "TextNormalization", "Protocols", "Continuity"])
    func `has modules that import nothing that only Linux has`(module: String) throws {
        let portable: Set = [
            "Speech", "Framing", "Conversations", "Speakers", "TextNormalization", "CJansson", "CZlib", "CXXHash", "Synchronization",
        ]
        let folder = Self.root.appending(path: "Sources/\(module)")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)).compactMap { $0 as? URL }
        let sources = files.filter { $0.pathExtension == "swift" }
        #expect(!sources.isEmpty)
        for file in sources {
            let imported = try String(contentsOf: file, encoding: .utf8).matches(of: /(?m)^(?:@\w+ )?(?:public |package |internal )?import (\w+)/)
            #expect(imported.map { String($0.1) }.filter { !portable.contains($0) } == [], "\(file.lastPathComponent)")
        }
    }

    @Test func `joins texts by their scripts, and by a blank in places that are known`() throws {
        let folder = Self.root.appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)).compactMap { $0 as? URL }
        let sources = files.filter { $0.pathExtension == "swift" }
        #expect(sources.count > 500)
        var found: [String: Int] = [:]
        for file in sources {
            let count = try String(contentsOf: file, encoding: .utf8).ranges(of: #"joined(separator: " ")"#).count
            if count > 0 { found[String(file.path.dropFirst(folder.path.count + 1))] = count }
        }
        // A new join belongs to WordSpacing, unless BlankJoins has the reason why not.
        for file in Set(found.keys).union(BlankJoins.all.keys).sorted() { #expect(found[file] == BlankJoins.all[file], "\(file)") }
    }

    @Test func `needs no more of Foundation than its essentials`() throws {
        // All of it, with its ICU data, is 6 MB of an idle gateway's memory. Tests and simulations may use it.
        let folder = Self.root.appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)).compactMap { $0 as? URL }
        let program = files.filter { file in
            file.pathExtension == "swift" && !["/HarkenTesting/", "/simulate/"].contains { file.path.contains($0) }
        }
        #expect(program.count > 500)
        for file in program {
            let imports = try String(contentsOf: file, encoding: .utf8).contains(/(?m)^(?:public |package |internal )?import Foundation$/)
            #expect(!imports, "\(file.lastPathComponent)")
        }
    }

    @Test func `counts the wrong words of a play by one rule`() throws {
        let folder = Self.root.appending(path: "conformance")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)).compactMap { $0 as? URL }
        let counting = try files.filter { file in
            // The first row of an edit distance.
            guard file.pathExtension == "py" else { return false }
            return try String(contentsOf: file, encoding: .utf8).contains(/= list\(range\(len\(\w+\) \+ 1\)\)/)
        }
        #expect(counting.map(\.lastPathComponent) == ["conformance_common.py"])
    }

    private struct Target: Equatable {
        var name: String
        var imports: [String]
    }

    /// The modules in the manifest's order, then the executable.
    private var targets: [Target] {
        let modules = manifest.matches(of: /(?m)^ +module\(\s*"(\w+)"(?:,\s*\[([^\]]*)\])?(?:, without: "\w+")?\)/).map { ($0.1, $0.2) }
        let executables = manifest.matches(of: /\.executableTarget\(\s*name: "(harken)",\s*dependencies: \[([^\]]*)\]/).map { ($0.1, Optional($0.2)) }
        return (modules + executables).map { name, imports in
            Target(name: String(name), imports: (imports ?? "").matches(of: /"(\w+)"/).map { String($0.1) })
        }
    }

    private var debianPackages: [String] {
        manifest.matches(of: /library\("\w+", debian: (.*)\)/).flatMap { $0.1.matches(of: /"([^"]+)"/).map { String($0.1) } }
    }

    private static var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
