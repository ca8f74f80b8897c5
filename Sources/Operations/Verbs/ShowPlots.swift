import Git
import ModelCore
package import Plots
import Registry
import Store
import SystemIO
import SystemPackage

/// `git model plots show` and `git model plots diff`: the plots of versions, commits, runs and the work tree, drawn
/// together.
package struct ShowPlots: Sendable {
    /// The plots.
    package struct Report: Operations.Report {
        /// What the plots are of, in the order in which they were named.
        package let sides: [FactSide]
        /// The plots, each with what every side has of it.
        package let figures: [PlotFigure]
        /// The files that were written.
        package fileprivate(set) var files: [String] = []
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    /// Of what the plots are.
    package enum Sides: Sendable {
        /// What the words mean; the work tree where there are none.
        case all([String])
        /// Two sides: HEAD and the work tree where they are left out.
        case pair([String])
    }

    private let sides: Sides
    private let patterns: [String]
    private let output: String?

    /// Creates the operation; only plots whose ids or titles match a pattern count, and each is written as SVG into
    /// `output`, if that is given.
    package init(_ sides: Sides, matching patterns: [String] = [], to output: String? = nil) {
        self.sides = sides
        self.patterns = patterns
        self.output = output
    }

    /// Reads and, where files are wanted, draws the plots.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let joined = try workspace.openStore()
        var subjects: [FactSubject] = []
        switch sides {
        case .all(let words):
            for word in words { subjects.append(try await FactSubject.find(word, in: workspace)) }
            if words.isEmpty { subjects = [try await FactSubject.find(nil, in: workspace)] }
        case .pair(let words):
            let pair = try await FactSubject.pair(words, in: workspace)
            subjects = [pair.old, pair.new]
        }
        let filter = NameFilter(patterns)
        var parts: [PlotFigure.Part] = []
        var warnings: [String] = []
        for subject in subjects {
            let found = try await PlotCollection(of: subject, in: workspace, joined.store)
            let name = FactSide(subject).name
            parts += found.plots.filter { filter.accepts($0.id) || filter.accepts($0.title) }.map {
                PlotFigure.Part(name, $0)
            }
            warnings += found.problems
        }
        var report = Report(sides: subjects.map(FactSide.init), figures: PlotFigure.figures(of: parts))
        report.warnings = warnings
        if report.figures.isEmpty {
            report.hints = ["runs and DVCLive leave some: `git model run -- python train.py`"]
        }
        if let output {
            let directory = context.workingDirectory.pushing(FilePath(output))
            let figures = report.figures
            report.files = try await workspace.pool.run { try ShowPlots.write(figures, into: directory) }
        }
        return report
    }

    /// Writes drawings by names that say what they are; pictures are files already.
    private static func write(_ figures: [PlotFigure], into directory: FilePath) throws -> [String] {
        try Directories.create(directory)
        var files: [String] = []
        var names: Set<String> = []
        for (position, figure) in figures.enumerated() {
            guard let svg = figure.svg(id: FigureID("figure-\(position)")) else { continue }
            let file = directory.appending(name(of: figure, among: &names))
            try DurableFile.write(Array(svg.utf8), to: file, permissions: 0o666)
            files.append(file.string)
        }
        return files
    }

    /// Returns a file's name that says what it is, and that no other figure has.
    private static func name(of figure: PlotFigure, among names: inout Set<String>) -> String {
        let bytes = figure.id.utf8.map { byte -> UInt8 in
            let isPlain =
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || "-_.".utf8.contains(byte)
            return isPlain ? byte : UInt8(ascii: "-")
        }
        let start = String(decoding: bytes.drop { $0 == UInt8(ascii: ".") }.suffix(120), as: UTF8.self)
        var name = "\(start)-\(figure.kind).svg"
        var number = 2
        while !names.insert(name).inserted {
            name = "\(start)-\(figure.kind)-\(number).svg"
            number += 1
        }
        return name
    }
}
