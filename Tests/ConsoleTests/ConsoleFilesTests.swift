@testable import Console
import Foundation
import Framing
import Testing

@Suite struct `The files of the console` {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/Console/Page")

    private func text(_ name: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    }

    private var modules: [String] { ConsoleFiles.all.keys.filter { $0.hasSuffix(".js") }.sorted() }

    @Test func `are all that the folder has`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(ConsoleFiles.all.keys) == Set(names))
    }

    @Test func `have at most 300 KB when they are sent`() {
        let bytes = ConsoleFiles.all.values.map(\.byteCount).reduce(0, +)
        #expect(bytes <= 300 * 1_024)
    }

    @Test(arguments: [
        ("/** Says what it is. */\nexport const one = 1; // here\n", "\nexport const one = 1; // here\n"),
        ("    // why\n    run('// no comment');\n", "\nrun('// no comment');\n"),
        ("/* one\n   two\n*/\nlet a;", "\n\n\nlet a;"), ("/* one */ let b = '/*';\n/* open", " let b = '/*';\n"),
        ("const c = 4 /\n  2;\n", "const c = 4 /\n2;\n"),
        ("", ""),
    ])
    func `are sent without comments that have lines of their own, and every line keeps its number`(source: String, sent: String) {
        #expect(String(decoding: SentText.withoutComments(Array(source.utf8)[...], hasLineComments: true), as: UTF8.self) == sent)
    }

    @Test func `keep addresses in styles`() {
        let style = "/* colours */\na { background:\n//host/picture }\n"
        #expect(
            String(decoding: SentText.withoutComments(Array(style.utf8)[...], hasLineComments: false), as: UTF8.self)
                == "\na { background:\n//host/picture }\n")
    }

    @Test(arguments: [
        ("a { color: red; }\n", "a{color:red}"),
        ("a > b, c :hover { margin: calc(1px + 2px) -3px; }", "a>b,c :hover{margin:calc(1px + 2px) -3px}"),
        ("@media (max-width: 9px) and (hover) {\n}\n", "@media (max-width:9px) and (hover){}"), ("", ""), (" ", " "),
        ("\n\na,\nb {\ncolor: red;\n\n}\n\nc\nd { top: 0 }", "\n\na,b{color:red}c\nd{top:0}"),
    ])
    func `are sent as styles without blanks and marks that separate nothing`(source: String, sent: String) {
        #expect(String(decoding: SentText.withoutBlanks(Array(source.utf8)), as: UTF8.self) == sent)
    }

    @Test(arguments: [
        ("import { a, b as c } from './d.js';\nimport { e } from './f.js';\n", "import{a,b as c}from'./d.js';\nimport{e}from'./f.js';\n"),
        ("\n\nimport { a } from './b.js';\nrun({ a, b });", "\n\nimport{a}from'./b.js';\nrun({a,b});"),
        ("const add = async (a, b) => {\nreturn a < b ? a + +b : [a, -b];\n}", "const add=async(a,b)=>{\nreturn a<b?a + +b:[a,-b];\n}"),
        ("let a = 'b = c', d = e;\nlet f = `${g} = h`;\n", "let a='b = c',d=e;\nlet f = `${g} = h`;\n"),
        ("return a ? 'b ? c' : 'd';\nlet e = 'f\\' , g';\n", "return a?'b ? c':'d';\nlet e = 'f\\' , g';\n"),
        ("const i = / = /;\nlet j = k; // l = m\n", "const i = / = /;\nlet j = k; // l = m\n"),
        ("const a = await import('./b.js');\n", "const a = await import('./b.js');\n"), ("", ""), ("\n", "\n"),
    ])
    func `are sent as scripts without blanks that separate nothing, but for lines with texts and patterns`(source: String, sent: String) {
        #expect(String(decoding: SentText.withTightLines(Array(source.utf8)), as: UTF8.self) == sent)
    }

    @Test func `have no quoted text in styles that would lose a blank`() throws {
        for match in try text("style.css").matches(of: /"([^"\n]*)"/) {
            #expect(match.1.firstMatch(of: /[:;,{>] | [{}>]/) == nil, "\(match.1)")
        }
    }

    @Test func `have no template literal of several lines`() throws {
        // Its lines would lose their indentation, or be taken for comments.
        for module in modules {
            for line in try text(module).split(separator: "\n", omittingEmptySubsequences: false) {
                let content = line.drop(while: \.isWhitespace)
                // Comments have marks of their own. A mark in quotes begins no template.
                guard !content.hasPrefix("/"), !content.hasPrefix("*") else { continue }
                #expect(line.replacing("'`'", with: "").count(where: { $0 == "`" }) % 2 == 0, "\(module): \(line)")
            }
        }
    }

    @Test func `import only each other`() throws {
        for module in modules {
            for match in try text(module).matches(of: /(?m)^import .*? from '\.\/([^']+)';$/) {
                #expect(ConsoleFiles.all[String(match.1)] != nil, "\(module) imports \(match.1)")
            }
        }
    }

    @Test func `name no other host, and parse nothing as HTML`() throws {
        let forbidden =
            /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function|https?:\/\/(?!www\.w3\.org\/2000\/svg)[a-z]/
        for module in modules + ["index.html", "captions.html", "docs.html", "style.css"] {
            #expect(try text(module).firstMatch(of: forbidden) == nil, "\(module)")
        }
    }

    @Test func `have no markup that the policy forbids`() throws {
        for page in ["index.html", "captions.html", "docs.html"] {
            #expect(try text(page).firstMatch(of: /<script>|<style|\sstyle=|\son\w+=/) == nil, "\(page)")
        }
    }

    @Test func `have lines of at most 160 characters`() throws {
        for module in modules {
            let long = try text(module).split(separator: "\n").filter { $0.count > 160 }
            #expect(long == [], "\(module)")
        }
    }

    @Test func `explain what each module exports`() throws {
        for module in modules {
            let lines = try text(module).split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where line.hasPrefix("export ") && !line.hasPrefix("export default") && index > 0 {
                #expect(lines[index - 1].hasSuffix("*/"), "\(module): \(line)")
            }
        }
    }

    @Test func `are answered in the form that the client accepts`() throws {
        let file = try #require(ConsoleFiles.all["style.css"])
        let plain = file.answer(to: [:]), small = file.answer(to: ["Accept-Encoding": "gzip"])
        #expect(plain.body.count == file.byteCount && plain.head.headers["Content-Encoding"] == nil)
        #expect(small.body.starts(with: [0x1F, 0x8B]) && small.body.count < plain.body.count / 2)
        let tag = try #require(small.head.headers["ETag"])
        #expect(file.answer(to: ["Accept-Encoding": "gzip", "If-None-Match": tag]).head.status == .notModified)
        // The other form is another representation.
        #expect(file.answer(to: ["If-None-Match": tag]).head.status == .ok)
    }
}
