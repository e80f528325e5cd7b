//! Directories as they really change: half-written, swapped by symlink, gone.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::rotate::Generation;
use super::testing::{Client, Dial, TestCa, generation, require};
use super::*;

fn write(directory: &Path, cert: &str, key: &str) {
    std::fs::write(directory.join(CERT_FILE), cert).unwrap();
    std::fs::write(directory.join(KEY_FILE), key).unwrap();
}

fn put(directory: &Path, generation: &Generation) {
    write(directory, generation.cert_pem(), generation.key_pem());
}

fn reloader(directory: &Path) -> (Arc<CertificateStore>, Reloader) {
    let store = Arc::new(CertificateStore::new(ClientAuth::Off));
    (Arc::clone(&store), Reloader::new(directory, store))
}

fn class(polled: &Polled) -> &'static str {
    match polled {
        Polled::Unchanged => "unchanged",
        Polled::Swapped => "swapped",
        Polled::Refused(error) => error.class(),
    }
}

#[tokio::test]
async fn a_pair_written_in_two_steps_is_served_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let (store, mut reloader) = reloader(directory.path());
    let (old, new) = (generation(), generation());
    put(directory.path(), &old);
    assert_eq!(class(&reloader.poll().await), "swapped");
    assert_eq!(class(&reloader.poll().await), "unchanged");
    let served = || store.fingerprint().unwrap();
    assert_eq!(served(), old.leaf().fingerprint);
    assert_eq!(store.not_after(), Some(old.leaf().not_after));

    let half = &new.cert_pem()[..new.cert_pem().len() / 2];
    for (cert, key, refusal) in [
        ("", old.key_pem(), "certificate"),
        (half, old.key_pem(), "certificate"),
        (new.cert_pem(), old.key_pem(), "mismatch"),
        (new.cert_pem(), "", "key"),
        (new.cert_pem(), &new.key_pem()[..60], "key"),
        (new.key_pem(), new.key_pem(), "certificate"),
    ] {
        write(directory.path(), cert, key);
        assert_eq!(class(&reloader.poll().await), refusal);
        assert_eq!(class(&reloader.poll().await), "unchanged", "told once");
        assert_eq!(served(), old.leaf().fingerprint, "the last good pair stays");
    }
    put(directory.path(), &new);
    assert_eq!(class(&reloader.poll().await), "swapped");
    assert_eq!(served(), new.leaf().fingerprint);
}

#[tokio::test]
async fn a_directory_may_come_late_and_go_away() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tls");
    let (store, mut reloader) = reloader(&path);
    assert_eq!(class(&reloader.poll().await), "read");
    assert_eq!(class(&reloader.poll().await), "unchanged");
    assert_eq!(store.leaf(), None);
    std::fs::create_dir(&path).unwrap();
    let generation = generation();
    put(&path, &generation);
    assert_eq!(class(&reloader.poll().await), "swapped");
    std::fs::remove_dir_all(&path).unwrap();
    assert_eq!(class(&reloader.poll().await), "read");
    assert_eq!(store.fingerprint(), Some(generation.leaf().fingerprint.clone()));
    std::fs::create_dir(&path).unwrap();
    let huge = "x".repeat(1024 * 1024 + 1);
    write(&path, &huge, "");
    assert!(matches!(
        reloader.poll().await,
        Polled::Refused(CertificateError::TooLarge { file: CERT_FILE, .. })
    ));
}

#[tokio::test]
async fn the_symlink_swap_of_a_secret_mount_is_seen_by_the_running_loop() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = (generation(), generation());
    for (name, generation) in [("..1", &old), ("..2", &new)] {
        std::fs::create_dir(directory.path().join(name)).unwrap();
        put(&directory.path().join(name), generation);
    }
    let link = |to: &str, name: &str| {
        std::os::unix::fs::symlink(to, directory.path().join(name)).unwrap();
    };
    link("..1", "..data");
    link("..data/tls.crt", CERT_FILE);
    link("..data/tls.key", KEY_FILE);
    let (store, reloader) = reloader(directory.path());
    let shutdown = CancellationToken::new();
    let interval = Duration::from_millis(20);
    let running = tokio::spawn(reloader.run(interval, shutdown.clone()));
    let serves = async |generation: &Generation| {
        let wanted = Some(generation.leaf().fingerprint.clone());
        for _ in 0..200 {
            if store.fingerprint() == wanted {
                return true;
            }
            tokio::time::sleep(interval).await;
        }
        false
    };
    assert!(serves(&old).await);
    // As the kubelet does it: a new link, renamed over the old one.
    link("..2", "..data_tmp");
    std::fs::rename(directory.path().join("..data_tmp"), directory.path().join("..data")).unwrap();
    assert!(serves(&new).await);
    shutdown.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn the_client_ca_may_come_from_the_directory_and_rotate() {
    let directory = tempfile::tempdir().unwrap();
    let (first, second) = (TestCa::new(), TestCa::new());
    let ClientAuth::Require { allowed_names, .. } = require(&first, &["kube-apiserver"]) else {
        unreachable!()
    };
    let client_auth = ClientAuth::Require { ca_pem: Vec::new(), allowed_names };
    let store = Arc::new(CertificateStore::new(client_auth));
    let mut reloader = Reloader::new(directory.path(), Arc::clone(&store));
    let generation = generation();
    put(directory.path(), &generation);
    // Required, but nothing to check against: nobody is served, nobody slips in.
    assert!(matches!(reloader.poll().await, Polled::Refused(CertificateError::NoClientCa)));
    assert_eq!(store.leaf(), None);

    let ca_file = directory.path().join(CLIENT_CA_FILE);
    std::fs::write(&ca_file, &first.pem).unwrap();
    assert_eq!(class(&reloader.poll().await), "swapped");
    let options = serve::ServeOptions::new("127.0.0.1:0".parse().unwrap());
    let server = serve::serve(options, store, axum::Router::new()).await.unwrap();
    let ask = async |ca: &TestCa| {
        let identity = ca.sign(&Client::default());
        Dial::trusting(&generation).with(identity).ask(server.address()).await.is_ok()
    };
    assert!(ask(&first).await && !ask(&second).await);
    std::fs::write(&ca_file, format!("{}{}", first.pem, second.pem)).unwrap();
    assert_eq!(class(&reloader.poll().await), "swapped");
    assert!(ask(&first).await && ask(&second).await);
    std::fs::write(&ca_file, &second.pem).unwrap();
    assert_eq!(class(&reloader.poll().await), "swapped");
    assert!(!ask(&first).await && ask(&second).await);
    // A file that vanishes does not open the door.
    std::fs::remove_file(&ca_file).unwrap();
    assert_eq!(class(&reloader.poll().await), "swapped");
    assert!(!ask(&first).await && ask(&second).await);
}

#[test]
fn requiring_clients_without_naming_any_is_refused() {
    let generation = generation();
    let store = CertificateStore::new(require(&TestCa::new(), &[]));
    let (cert, key) = (generation.cert_pem().as_bytes(), generation.key_pem().as_bytes());
    assert!(matches!(store.replace(cert, key), Err(CertificateError::NoAllowedNames)));
    let off = CertificateStore::new(ClientAuth::Off);
    // A CA without the requirement changes nothing, whatever it contains.
    assert!(off.install(cert, key, Some(b"garbage")).is_ok());
}
