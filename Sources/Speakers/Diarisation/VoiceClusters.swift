package import Conversations

/// Groups voiceprints so that each group is one voice. The groups with the smallest mean distance are joined first, until all groups are too far
/// apart.
///
/// The mean distance between two groups follows from the sums of their directions, and of the hints about their members. Therefore any number of
/// voiceprints can be grouped block by block; the groups of a block go on to the next block.
package struct VoiceClusters: Sendable {
    private struct Group: Sendable {
        var sum: [Float]
        var members: [Int]

        /// Returns the mean of 1 − cosine over all pairs of members.
        func distance(to other: Group) -> Float {
            var product: Float = 0
            for index in sum.indices { product += sum[index] * other.sum[index] }
            return 1 - product / Float(members.count * other.members.count)
        }

        mutating func join(_ other: Group) {
            for index in sum.indices { sum[index] += other.sum[index] }
            members += other.members
        }
    }

    /// The groups, as indices into the voiceprints, in the order of each group's first member.
    package let groups: [[Int]]

    /// - Parameters:
    ///   - voiceprints: voiceprints of one model.
    ///   - block: number of voiceprints that are compared with each other; the work grows with its square.
    package init(_ voiceprints: [Voiceprint], distance: Float, block: Int = 512) {
        self.init(voiceprints, distance: distance, hints: [:], block: block)
    }

    /// - Parameter hints: amounts to add to the distances of pairs of voiceprints.
    init(_ voiceprints: [Voiceprint], distance: Float, hints: [SpeakerHints.Pair: Float], block: Int = 512) {
        var groups: [Group] = []
        // Distances between groups are compared as products of directions.
        let limit = distance / (voiceprints.first?.scale ?? 1)
        for start in stride(from: 0, to: voiceprints.count, by: block) {
            let next = (start..<min(start + block, voiceprints.count)).map { Group(sum: voiceprints[$0].direction, members: [$0]) }
            groups += next
            groups = Self.joined(groups, limit, Self.sums(of: hints, groups, members: voiceprints.count))
        }
        self.groups = groups.map { $0.members.sorted() }.sorted { $0[0] < $1[0] }
    }

    /// Returns the sum of the hints about the members of each two groups, row by row.
    private static func sums(of hints: [SpeakerHints.Pair: Float], _ groups: [Group], members: Int) -> [Float] {
        var places = [Int?](repeating: nil, count: members)
        for (place, group) in groups.enumerated() { for member in group.members { places[member] = place } }
        var sums = [Float](repeating: 0, count: groups.count * groups.count)
        for (pair, amount) in hints {
            guard let one = places[pair.first], let other = places[pair.second] else { continue }
            sums[one * groups.count + other] += amount
            sums[other * groups.count + one] += amount
        }
        return sums
    }

    private static func joined(_ groups: [Group], _ limit: Float, _ hints: [Float]) -> [Group] {
        var groups = groups, hints = hints
        let count = groups.count
        func distance(_ one: Int, _ other: Int) -> Float {
            groups[one].distance(to: groups[other]) + hints[one * count + other] / Float(groups[one].members.count * groups[other].members.count)
        }
        var distances = [Float](repeating: .infinity, count: count * count)
        for one in 0..<count {
            for other in 0..<one {
                let distance = distance(one, other)
                distances[one * count + other] = distance
                distances[other * count + one] = distance
            }
        }
        func nearest(_ row: Int) -> Int { (0..<count).min { distances[row * count + $0] < distances[row * count + $1] } ?? row }
        var alive = Array(0..<count)
        var near = alive.map(nearest)
        while alive.count > 1 {
            guard let one = alive.min(by: { distances[$0 * count + near[$0]] < distances[$1 * count + near[$1]] }),
                distances[one * count + near[one]] < limit
            else { break }
            let other = near[one]
            groups[one].join(groups[other])
            for row in 0..<count {
                hints[one * count + row] += hints[other * count + row]
                hints[row * count + one] = hints[one * count + row]
            }
            alive.removeAll { $0 == other }
            for row in 0..<count {
                distances[row * count + other] = .infinity
                distances[other * count + row] = .infinity
            }
            for row in alive where row != one {
                let distance = distance(one, row)
                distances[one * count + row] = distance
                distances[row * count + one] = distance
            }
            for row in alive
            where row == one || near[row] == one || near[row] == other || distances[row * count + one] < distances[row * count + near[row]] {
                near[row] = nearest(row)
            }
        }
        return alive.map { groups[$0] }
    }
}
