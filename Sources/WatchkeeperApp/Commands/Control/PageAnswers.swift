internal import Foundation
internal import Records
internal import Telemetry

/// The parts of the pages' JSON that the commands show. The program words texts in the reader's language.
struct PhraseAnswer: Decodable, Sendable {
  let text: String
}

struct StatedAnswer: Decodable, Sendable {
  let state: String
  let phrase: PhraseAnswer
  let detail: PhraseAnswer?
}

struct FactAnswer: Decodable, Sendable {
  let label: PhraseAnswer
  let value: PhraseAnswer
  let detail: PhraseAnswer?
}

struct LinkAnswer: Decodable, Sendable {
  let phrase: PhraseAnswer
  /// The path of the page that it leads to.
  let target: String

  /// With the item's id behind the name, to be given to `ci show`.
  var named: String {
    guard target.hasPrefix("/cmdb/"), let id = target.dropFirst(6).removingPercentEncoding else { return phrase.text }
    return "\(phrase.text) (\(id))"
  }
}

/// What an action answers.
struct ActionAnswer: Decodable, Sendable {
  let result: PhraseAnswer
}

struct IncidentRowAnswer: Decodable, Sendable {
  let number: RecordNumber
  let priority: Int
  let state: String
  let progress: String
  let title: PhraseAnswer
  let since: Timestamp
  let until: Timestamp?
  let impact: PhraseAnswer?
  let owner: String?
  let ownerDetail: PhraseAnswer?
  let count: Int
}

struct IncidentListAnswer: Decodable, Sendable {
  struct Filter: Decodable, Sendable {
    let which: String
    let words: String
    let page: Int
  }

  let filter: Filter
  let rows: [IncidentRowAnswer]
  let total: Int
}

struct IncidentAnswer: Decodable, Sendable {
  struct Entry: Decodable, Sendable {
    let at: Timestamp
    let what: PhraseAnswer
    let detail: PhraseAnswer?
  }

  let row: IncidentRowAnswer
  let subtitle: PhraseAnswer?
  let facts: [FactAnswer]
  let expression: String?
  let why: PhraseAnswer
  let rule: LinkAnswer?
  let told: [StatedAnswer]
  let timeline: [Entry]
  let labels: LabelSet
  let item: LinkAnswer?
  let impact: [RelationColumnAnswer]
  let related: [FactAnswer]
}

struct RelationColumnAnswer: Decodable, Sendable {
  struct Node: Decodable, Sendable {
    let name: String
    let detail: PhraseAnswer?
    let state: String
    let role: String
  }

  struct Edge: Decodable, Sendable {
    let from: Int
    let to: Int
    let kind: String
  }

  let heading: PhraseAnswer
  let nodes: [Node]
  let edges: [Edge]
}

struct ItemRowAnswer: Decodable, Sendable {
  let id: String
  let name: String
  let itemClass: PhraseAnswer
  let state: String
  let home: String
  let owner: String?
  let criticality: Int?
  let parent: String?
}

struct ItemListAnswer: Decodable, Sendable {
  struct Filter: Decodable, Sendable {
    let page: Int
  }

  let filter: Filter
  let rows: [ItemRowAnswer]
  let total: Int
  let findings: [StatedAnswer]
}

struct ItemAnswer: Decodable, Sendable {
  struct Attribute: Decodable, Sendable {
    let name: String
    let declared: String?
    let observed: String?
    let seenAt: Timestamp?
    let driftSince: Timestamp?
  }

  struct Change: Decodable, Sendable {
    let at: Timestamp
    let actor: PhraseAnswer
    let what: PhraseAnswer
    let before: PhraseAnswer?
    let after: PhraseAnswer?
  }

  let row: ItemRowAnswer
  let badges: [StatedAnswer]
  let summary: PhraseAnswer?
  let facts: [FactAnswer]
  let attributes: [Attribute]
  let relations: [RelationColumnAnswer]
  let incidents: [IncidentRowAnswer]
  let tasks: [TaskAnswer]
  let history: [Change]
  let source: String?
}

struct SpanAnswer: Decodable, Sendable {
  let start: Timestamp
  let end: Timestamp
}

struct TaskAnswer: Decodable, Sendable {
  let number: RecordNumber
  let plan: String
  let activity: PhraseAnswer
  let checklist: [PhraseAnswer]
  let itemID: String
  let item: String
  let progress: String
  let slot: SpanAnswer?
  let reasons: [StatedAnswer]
}

struct MaintenanceAnswer: Decodable, Sendable {
  struct Plan: Decodable, Sendable {
    let name: String
    let activity: PhraseAnswer
    let rhythm: PhraseAnswer
    let next: Timestamp?
    let items: Int
  }

  let start: Timestamp
  let tasks: [TaskAnswer]
  let problems: [StatedAnswer]
  let plans: [Plan]
}

struct StatusAnswer: Decodable, Sendable {
  struct Shell: Decodable, Sendable {
    let health: String
    let problem: PhraseAnswer?
    let probesDelivering: Int
    let probesExpected: Int
    let newestSample: Timestamp?
    let incidentsWaiting: Int
    let tasksWaiting: Int
    let lastDelivery: Timestamp?
    let notices: [StatedAnswer]
  }

  struct Endpoint: Decodable, Sendable {
    let name: String
    let state: String
    let answer: PhraseAnswer
  }

  struct Coming: Decodable, Sendable {
    let at: Timestamp
    let what: PhraseAnswer
    let detail: PhraseAnswer?
  }

  struct Overview: Decodable, Sendable {
    let verdict: StatedAnswer
    let needs: [IncidentRowAnswer]
    let endpoints: [Endpoint]
    let next: [Coming]
  }

  let version: String
  let now: Timestamp
  let notReady: String?
  let shell: Shell
  let overview: Overview
}
