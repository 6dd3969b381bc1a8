extension MetricDictionary {
  /// Of the probes that speak a protocol over a stream.
  static let streamMetrics: [String: (type: String, help: String)] = [
    "probe_tcp_duration_seconds": ("gauge", "Duration of each phase of the exchange."),
    "probe_expect_info": ("gauge", "What the expected line said, as labels."),
    "probe_failed_due_to_bytes": ("gauge", "Whether expected bytes did not come."),
    "probe_ssl_certificate_problem": ("gauge", "Whether something is wrong with a certificate of the chain."),
    "probe_ssl_certificate_expiry_timestamp_seconds": ("gauge", "Unix time at which each certificate expires."),
    "probe_ssl_ocsp_info": ("gauge", "What the authority says through the server about the certificate."),
    "probe_websocket_upgraded": ("gauge", "Whether the server took the connection for a WebSocket."),
    "x509_cert_not_before": ("gauge", "Unix time at which the certificate begins to be valid."),
    "x509_cert_not_after": ("gauge", "Unix time at which the certificate expires."),
    "x509_read_errors": ("gauge", "Files of certificates that could not be read."),
    "domain_expiry_timestamp_seconds": ("gauge", "Unix time at which the domain's registration ends."),
    "domain_registration_timestamp_seconds": ("gauge", "Unix time at which the domain was registered."),
    "probe_smtp_status_code": ("gauge", "The code of the mail server's last reply."),
    "probe_smtp_starttls_offered": ("gauge", "Whether the mail server offers STARTTLS."),
    "probe_imap_messages": ("gauge", "Messages in the mailbox."),
    "probe_pop3_messages": ("gauge", "Messages in the mailbox."),
    "probe_pop3_mailbox_bytes": ("gauge", "Size of the mailbox."),
    "probe_ssh_server_info": ("gauge", "How the SSH server names itself."),
    "probe_ftp_status_code": ("gauge", "The code of the FTP server's last reply."),
    "probe_ftp_file_size_bytes": ("gauge", "Size of the file that was asked for."),
    "probe_ldap_result_code": ("gauge", "The directory's last result, 0 for success."),
    "probe_ldap_entries": ("gauge", "Entries that the search found."),
  ]
}
