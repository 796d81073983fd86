import Foundation
import Protocols
import Speech
import Testing

/// The tables of docs/options.md, made from the code. `scripts/play options --write` writes them.
@Suite struct `The page of options` {
    private static let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/options.md").standardized.path
    private static let mark = "`scripts/play options --write` writes these tables from the code.\n"
    private static var tables: String { (Catalogue.optionRoutes + Catalogue.backgroundRoutes).map(tableText).joined() }

    private static var changes: String { "\n## Tables of changes\n" + Catalogue.changeTables.map(tableText).joined() }

    private static func name(_ name: String, _ option: VendorOption?) -> String { "`\(name)`" + (option?.model.map { " with `\($0)`" } ?? "") }

    private static func tableText(_ table: ChangeTable) -> String {
        let engines = Catalogue.vendors.filter { $0.live != nil }.map(\.name) + [.local]
        var text = "\n### \(table.title): `\(table.message)`\n\n| setting | \(engines.map(\.rawValue).joined(separator: " | ")) |\n"
        text += "|" + String(repeating: "---|", count: engines.count + 1) + "\n"
        for setting in table.settings {
            let effects = engines.map { engine in
                let effect = table.effect(of: setting, with: engine)
                return effect == .harken ? "Harken" : effect.rawValue
            }
            text += "| \(name(setting.name, table.options.entry(setting.option, .live))) | \(effects.joined(separator: " | ")) |\n"
        }
        return text
    }

    private static func tableText(_ route: OptionRoute) -> String {
        let vendors = Catalogue.vendors.filter { route.service == .live ? $0.live != nil : $0.prerecorded != nil }.map(\.name)
        let engines = vendors + [.local]
        var text = "\n### \(route.title)\n\n| option | \(engines.map(\.rawValue).joined(separator: " | ")) |\n"
        text += "|" + String(repeating: "---|", count: engines.count + 1) + "\n"
        for option in route.options {
            let effects = engines.map { engine in
                let effect = route.effect(of: option, with: engine)
                return effect == .harken ? "Harken" : effect.rawValue
            }
            text += "| \(name(option.name, option)) | \(effects.joined(separator: " | ")) |\n"
        }
        return text
    }

    @Test func `is what the code does`() throws {
        let page = try String(contentsOfFile: Self.path, encoding: .utf8)
        let end = try #require(page.range(of: Self.mark)).upperBound
        let outcomes = try TriedOutcome.tables()
        let made = Self.tables + Self.changes + DocumentedDefault.tables + outcomes
        let written = page[..<end] + made
        if ProcessInfo.processInfo.environment["HARKEN_WRITE_OPTIONS"] != nil {
            try String(written).write(toFile: Self.path, atomically: true, encoding: .utf8)
        } else {
            #expect(page == written, "docs/options.md is not what the code does: run scripts/play options --write")
        }
    }
}
