//! TEMPORARY: serves for a while.
use super::*;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "served by hand"]
async fn serve_for_a_while() {
    let secs: u64 = std::env::var("DESK_SECS").ok().and_then(|s| s.parse().ok()).unwrap_or(5);
    let n: usize = std::env::var("DESK_N").ok().and_then(|s| s.parse().ok()).unwrap_or(400);
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::system();
    let ids = Ids::system();
    let mut options = Options::new(dir.path());
    let store = open_store(&options, &clock, &ids).await.unwrap();
    let plan = crate::helpdesk::demo::SeedPlan { conversations: n, seed: 1, now: clock.unix_secs() };
    let seeded = crate::helpdesk::demo::seed(&store, &plan).await.unwrap();
    options.acts_as = Some(seeded.you);
    let helpdesk = Helpdesk::on(store, options, clock, ids).await.unwrap();
    let listener = TcpListener::bind(std::env::var("DESK_AT").unwrap_or("127.0.0.1:0".into())).await.unwrap();
    std::fs::write(
        "/tmp/desk.json",
        json!({"url": format!("http://{}", listener.local_addr().unwrap()), "token": helpdesk.token().expose()})
            .to_string(),
    )
    .unwrap();
    run(listener, helpdesk, tokio::time::sleep(Duration::from_secs(secs))).await.unwrap();
}
