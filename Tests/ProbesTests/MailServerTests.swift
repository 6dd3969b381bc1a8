import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing

@testable import Probes

/// The real servers, each in a folder of its own.
@Suite("Mail, file and directory servers", .enabled(if: getuid() == 0, "the servers want to be started by root"))
struct MailServerTests {
  private func run<Settings: ProbeSettings>(_ type: Settings.Type, _ json: String) async throws -> ProbeReport {
    try await makeProbe(type, json).run(within: .seconds(20))
  }

  private func secret(_ folder: CertificateFolder, _ text: String = "se\"cret") -> String {
    ServerProcess.write(text + "\n", to: folder.file("password-\(text.count)"))
    return folder.file("password-\(text.count)")
  }

  private func dovecot(_ folder: CertificateFolder, imap: Int, pop3: Int) throws -> ServerProcess {
    try ServerProcess(
      "/bin/sh",
      [
        "-c",
        "chmod 755 FOLDER; chmod 644 FOLDER/users; mkdir -m 777 FOLDER/mail; exec /usr/sbin/dovecot -F -c FOLDER/dovecot.conf",
      ],
      files: [
        "users": "probe:{PLAIN}se\"cret\n",
        "dovecot.conf": """
        base_dir = FOLDER/run
        log_path = FOLDER/log
        protocols = imap pop3
        listen = 127.0.0.1
        ssl = yes
        ssl_cert = <\(folder.file("good.pem"))
        ssl_key = <\(folder.file("good.key"))
        disable_plaintext_auth = yes
        passdb {
          driver = passwd-file
          args = FOLDER/users
        }
        userdb {
          driver = static
          args = uid=65534 gid=65534 home=FOLDER/mail
        }
        auth_failure_delay = 0
        first_valid_uid = 1
        mail_location = maildir:FOLDER/mail/box
        service imap-login {
          inet_listener imap {
            port = \(imap)
          }
          inet_listener imaps {
            port = 0
          }
        }
        service pop3-login {
          inet_listener pop3 {
            port = \(pop3)
          }
          inet_listener pop3s {
            port = 0
          }
        }
        service auth {
          unix_listener FOLDER/auth {
            mode = 0666
          }
        }
        """,
      ])
  }

  @Test(
    "dovecot and postfix: greeting, encryption, login, counts, envelope",
    .enabled(
      if: ServerProcess.isInstalled("/usr/sbin/dovecot", "/usr/lib/dovecot/pop3-login", "/usr/sbin/postfix"),
      "needs the packages dovecot-imapd, dovecot-pop3d and postfix"))
  func mail() async throws {
    let folder = try CertificateFolder()
    defer { folder.remove() }
    let (imap, pop3, smtp) = (
      try LoopbackServer.unusedPort(), try LoopbackServer.unusedPort(), try LoopbackServer.unusedPort()
    )
    let boxes = try dovecot(folder, imap: imap, pop3: pop3)
    defer { boxes.stop() }
    let relay = try postfix(folder, port: smtp, logins: boxes.folder + "/auth")
    defer {
      // Its master is a session of its own.
      _ = try? ServerProcess.run("/usr/sbin/postfix", ["-c", relay.folder, "stop"])
      relay.stop()
    }
    for port in [imap, pop3, smtp] { try await listening(port) }
    let trust = #""tls_config":{"ca_file":"\#(folder.file("authority.pem"))"}"#
    let login = #""username":"probe","password_file":"\#(secret(folder))",\#(trust)"#
    let wrong = #""username":"probe","password_file":"\#(secret(folder, "wrong"))",\#(trust)"#

    let box = try await run(IMAPProbeSettings.self, #"{"target":"127.0.0.1:\#(imap)",\#(login)}"#)
    #expect(box.verdict == .up, "\(box.explanation)")
    #expect(box.samples.value("probe_imap_messages") == 0)
    let noBox = try await run(IMAPProbeSettings.self, #"{"target":"127.0.0.1:\#(imap)","mailbox":"none",\#(login)}"#)
    #expect(noBox.verdict.reason?.id == "reason.stream.declined", "\(noBox.explanation)")
    let stranger = try await run(IMAPProbeSettings.self, #"{"target":"127.0.0.1:\#(imap)",\#(wrong)}"#)
    #expect(stranger.verdict.reason?.id == "reason.stream.login", "\(stranger.explanation)")
    let old = try await run(POP3ProbeSettings.self, #"{"target":"127.0.0.1:\#(pop3)",\#(login)}"#)
    #expect(old.verdict == .up, "\(old.explanation)")
    #expect(old.samples.value("probe_pop3_messages") == 0)
    let oldStranger = try await run(POP3ProbeSettings.self, #"{"target":"127.0.0.1:\#(pop3)",\#(wrong)}"#)
    #expect(oldStranger.verdict.reason?.id == "reason.stream.login", "\(oldStranger.explanation)")

    let envelope = #""mail_from":"a@example.org","rcpt_to":"b@example.org""#
    let sent = try await run(SMTPProbeSettings.self, #"{"target":"127.0.0.1:\#(smtp)",\#(envelope),\#(login)}"#)
    #expect(sent.verdict == .up, "\(sent.explanation)")
    #expect(sent.samples.value("probe_smtp_status_code") == 250)
    #expect(sent.samples.value("probe_smtp_starttls_offered") == 1)
    let refused = try await run(
      SMTPProbeSettings.self, #"{"target":"127.0.0.1:\#(smtp)","rcpt_to":"b@elsewhere.invalid"}"#)
    #expect(refused.verdict.reason?.id == "reason.stream.declined", "\(refused.explanation)")
    #expect(refused.samples.value("probe_smtp_status_code") == 554, "\(refused.explanation)")
    let thief = try await run(SMTPProbeSettings.self, #"{"target":"127.0.0.1:\#(smtp)",\#(wrong)}"#)
    #expect(thief.verdict.reason?.id == "reason.stream.login", "\(thief.explanation)")

    for (port, spoken) in [(imap, "imap"), (pop3, "pop3"), (smtp, "smtp")] {
      let tls = try await run(
        TLSProbeSettings.self, #"{"target":"127.0.0.1:\#(port)","starttls":"\#(spoken)",\#(trust)}"#)
      #expect(tls.verdict == .up, "\(spoken): \(tls.explanation)")
    }
  }

  private func postfix(_ folder: CertificateFolder, port: Int, logins: String) throws -> ServerProcess {
    try ServerProcess(
      "/bin/sh",
      [
        "-c",
        """
        chmod 755 FOLDER; mkdir FOLDER/queue FOLDER/data; chown postfix FOLDER/data; chmod 644 FOLDER/*.cf
        exec /usr/sbin/postfix -c FOLDER start-fg
        """,
      ],
      files: [
        "main.cf": """
        compatibility_level = 3.6
        queue_directory = FOLDER/queue
        data_directory = FOLDER/data
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        mail_owner = postfix
        setgid_group = postdrop
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        myhostname = mail.example.org
        mydestination = example.org
        mynetworks = 192.0.2.0/24
        local_recipient_maps =
        alias_maps =
        smtpd_relay_restrictions = reject_unauth_destination
        smtpd_tls_security_level = may
        smtpd_tls_cert_file = \(folder.file("good.pem"))
        smtpd_tls_key_file = \(folder.file("good.key"))
        smtpd_tls_auth_only = yes
        smtpd_sasl_auth_enable = yes
        smtpd_sasl_type = dovecot
        smtpd_sasl_path = \(logins)

        """,
        "master.cf": """
        127.0.0.1:\(port) inet n - n - - smtpd
        rewrite unix - - n - - trivial-rewrite
        cleanup unix n - n - 0 cleanup
        tlsmgr unix - - n 1000? 1 tlsmgr
        anvil unix - - n - 1 anvil
        proxymap unix - - n - - proxymap

        """,
      ])
  }

  @Test(
    "sshd names itself", .enabled(if: ServerProcess.isInstalled("/usr/sbin/sshd"), "needs the package openssh-server"))
  func ssh() async throws {
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(
      "/bin/sh",
      [
        "-c",
        """
        mkdir -p /run/sshd; ssh-keygen -q -t ed25519 -N '' -f FOLDER/key
        exec /usr/sbin/sshd -D -f /dev/null -h FOLDER/key -o ListenAddress=127.0.0.1 -o PidFile=none -p \(port)
        """,
      ])
    defer { server.stop() }
    try await listening(port)
    let report = try await run(SSHProbeSettings.self, #"{"target":"127.0.0.1:\#(port)","version_min":"7.0"}"#)
    #expect(report.verdict == .up, "\(report.explanation)")
    let name = report.samples.first { $0.series.metric == "probe_ssh_server_info" }?.series
    #expect(name?["protocol"] == "2.0")
    #expect(name?["software"]?.hasPrefix("OpenSSH_") == true)
    let old = try await run(SSHProbeSettings.self, #"{"target":"127.0.0.1:\#(port)","version_min":"99.1"}"#)
    #expect(old.verdict.reason?.id == "reason.stream.old", "\(old.explanation)")
  }

  @Test(
    "vsftpd: login and size", .enabled(if: ServerProcess.isInstalled("/usr/sbin/vsftpd"), "needs the package vsftpd"))
  func ftp() async throws {
    let folder = try CertificateFolder()
    defer { folder.remove() }
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(
      "/bin/sh",
      [
        "-c",
        """
        chmod 755 FOLDER; mkdir -m 755 FOLDER/root FOLDER/empty; printf 12345 > FOLDER/root/file; chmod 644 FOLDER/root/file
        exec /usr/sbin/vsftpd FOLDER/vsftpd.conf
        """,
      ],
      files: [
        "vsftpd.conf": """
        listen=YES
        listen_address=127.0.0.1
        listen_port=\(port)
        background=NO
        anonymous_enable=YES
        anon_root=FOLDER/root
        secure_chroot_dir=FOLDER/empty
        seccomp_sandbox=NO
        isolate=NO
        isolate_network=NO
        ssl_enable=YES
        allow_anon_ssl=YES
        rsa_cert_file=\(folder.file("good.pem"))
        rsa_private_key_file=\(folder.file("good.key"))
        ssl_ciphers=HIGH

        """
      ])
    defer { server.stop() }
    try await listening(port)
    let trust = #""tls_config":{"ca_file":"\#(folder.file("authority.pem"))"}"#
    let login = #""username":"anonymous","password_file":"\#(secret(folder, "a@b"))",\#(trust)"#
    let report = try await run(FTPProbeSettings.self, #"{"target":"127.0.0.1:\#(port)","file":"file",\#(login)}"#)
    #expect(report.verdict == .up, "\(report.explanation)")
    #expect(report.samples.value("probe_ftp_file_size_bytes") == 5)
    let missing = try await run(FTPProbeSettings.self, #"{"target":"127.0.0.1:\#(port)","file":"none",\#(login)}"#)
    #expect(missing.verdict.reason?.id == "reason.stream.declined", "\(missing.explanation)")
    #expect(missing.samples.value("probe_ftp_status_code") == 550)
    let tls = try await run(TLSProbeSettings.self, #"{"target":"127.0.0.1:\#(port)","starttls":"ftp",\#(trust)}"#)
    #expect(tls.verdict == .up, "\(tls.explanation)")
  }

  @Test("slapd: bind and search", .enabled(if: ServerProcess.isInstalled("/usr/sbin/slapd"), "needs the package slapd"))
  func directory() async throws {
    let folder = try CertificateFolder()
    defer { folder.remove() }
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(
      "/bin/sh",
      [
        "-c",
        """
        mkdir FOLDER/db; /usr/sbin/slapadd -f FOLDER/slapd.conf -l FOLDER/entries.ldif
        exec /usr/sbin/slapd -d 0 -h ldap://127.0.0.1:\(port) -f FOLDER/slapd.conf
        """,
      ],
      files: [
        "slapd.conf": """
        include /etc/ldap/schema/core.schema
        modulepath /usr/lib/ldap
        moduleload back_mdb
        pidfile FOLDER/pid
        TLSCACertificateFile \(folder.file("authority.pem"))
        TLSCertificateFile \(folder.file("good.pem"))
        TLSCertificateKeyFile \(folder.file("good.key"))
        database mdb
        suffix "dc=example,dc=org"
        rootdn "cn=admin,dc=example,dc=org"
        rootpw secret
        directory FOLDER/db

        """,
        "entries.ldif": """
        dn: dc=example,dc=org
        objectClass: dcObject
        objectClass: organization
        o: shop
        dc: example

        dn: ou=people,dc=example,dc=org
        objectClass: organizationalUnit
        ou: people

        """,
      ])
    defer { server.stop() }
    try await listening(port)
    let itself = try await run(LDAPProbeSettings.self, #"{"target":"127.0.0.1:\#(port)"}"#)
    #expect(itself.verdict == .up, "\(itself.explanation)")
    #expect(itself.samples.value("probe_ldap_entries") == 1)
    let trust = #""tls_config":{"ca_file":"\#(folder.file("authority.pem"))"}"#
    let user = #""username":"cn=admin,dc=example,dc=org""#
    let base = #""base":"dc=example,dc=org","scope":"sub""#
    let login = #"\#(user),"password_file":"\#(secret(folder, "secret"))",\#(trust)"#
    let all = try await run(LDAPProbeSettings.self, #"{"target":"127.0.0.1:\#(port)",\#(base),\#(login)}"#)
    #expect(all.verdict == .up, "\(all.explanation)")
    #expect(all.samples.value("probe_ldap_entries") == 2)
    let wrong = #"\#(user),"password_file":"\#(secret(folder, "wrong"))",\#(trust)"#
    let stranger = try await run(LDAPProbeSettings.self, #"{"target":"127.0.0.1:\#(port)",\#(wrong)}"#)
    #expect(stranger.verdict.reason?.id == "reason.stream.login", "\(stranger.explanation)")
    #expect(stranger.samples.value("probe_ldap_result_code") == 49)
    let nowhere = try await run(LDAPProbeSettings.self, #"{"target":"127.0.0.1:\#(port)","base":"dc=none"}"#)
    #expect(nowhere.verdict.reason?.id == "reason.stream.declined", "\(nowhere.explanation)")
    let tls = try await run(TLSProbeSettings.self, #"{"target":"127.0.0.1:\#(port)","starttls":"ldap",\#(trust)}"#)
    #expect(tls.verdict == .up, "\(tls.explanation)")
  }
}
