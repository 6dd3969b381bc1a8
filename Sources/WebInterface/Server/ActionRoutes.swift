internal import Records
internal import Wording

/// What a reader does: forms from pages, JSON from programs.
struct ActionRoutes: Sendable {
  let console: any Console
  let renderer: PageRenderer

  var routes: [Route] {
    [
      action("/incidents/:number/acknowledge", .incidentWrite, .incident) { number, _ in .acknowledge(number) },
      action("/incidents/:number/resolve", .incidentWrite, .incident) { .resolve($0, note: $1) },
      action("/incidents/:number/reopen", .incidentWrite, .incident) { number, _ in .reopen(number) },
      action("/incidents/:number/notes", .incidentWrite, .incident) { .addNote($0, text: $1) },
      action("/maintenance/tasks/:number/start", .maintenanceWrite, .maintenanceTask) { number, _ in
        .startTask(number)
      },
      action("/maintenance/tasks/:number/finish", .maintenanceWrite, .maintenanceTask) { .finishTask($0, note: $1) },
    ]
  }

  private func action(
    _ pattern: String, _ permission: Permission, _ kind: RecordKind,
    make: @escaping @Sendable (RecordNumber, String) -> ConsoleAction
  ) -> Route {
    Route(.post, pattern, permission) { call async throws(WebFailure) in
      guard let number = RecordNumber(call.parameter("number")), number.kind == kind, let identity = call.identity
      else { throw .notFound }
      let note = Self.note(in: call.request)
      guard note.count <= ConsoleAction.noteLengthMax else {
        throw .badRequest(Phrase("note.tooLong", ["limit": String(ConsoleAction.noteLengthMax)]))
      }
      let action = make(number, note)
      if case .addNote(_, let text) = action, text.allSatisfy(\.isWhitespace) {
        throw .badRequest(Phrase("note.empty"))
      }
      return try Self.answer(await console.perform(action, by: identity), to: call, about: number)
    }
  }

  private struct Done: Encodable {
    let result: Phrase
  }

  private struct NoteBody: Decodable {
    let note: String?
  }

  private static func note(in request: WebRequest) -> String {
    if request.header("content-type")?.hasPrefix("application/json") == true {
      return JSONText.decode(NoteBody.self, from: request.body)?.note ?? ""
    }
    return request.form["note"] ?? ""
  }

  private static func answer(
    _ outcome: ActionOutcome, to call: Call, about number: RecordNumber
  ) throws(WebFailure) -> WebResponse {
    switch outcome {
    case .notFound: throw .notFound
    case .refused(let reason): throw .refused(.message(reason))
    case .failed(let reason): throw .unavailable(.message(reason))
    case .done(let reason):
      if call.request.wantsJSON { return .json(Done(result: .message(reason)), reader: call.reader) }
      return .seeOther(back(call) ?? TextParts.path(number))
    }
  }

  /// Back to the page that held the form; only a path of ours, never another site.
  private static func back(_ call: Call) -> String? {
    guard let path = call.request.form["back"], path.hasPrefix("/"), !path.hasPrefix("//"), !path.contains("\\"),
      path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
    else { return nil }
    return path
  }
}
