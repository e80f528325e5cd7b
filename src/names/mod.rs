//! Every name that leaves the process: labels, annotations, finalizers, field
//! managers, object names and the closed set of reasons.
//!
//! A name appears here once and is used from here everywhere, so that the
//! webhook, the controller, the manifests and the tests cannot disagree.

mod reason;
mod roles;

pub use reason::Reason;
pub use roles::{TENANT_ROLES, cluster_role};

/// API group of Lessor's own kinds.
pub const GROUP: &str = "lessor.io";
/// Prefix of every label and annotation key that only Lessor may write.
pub const KEY_PREFIX: &str = "lessor.io/";
/// Identity label: the Tenant an object belongs to.
pub const TENANT_LABEL: &str = "lessor.io/tenant";
/// Marks objects that the controller owns; its value is always [`TRUE`].
pub const MANAGED_LABEL: &str = "lessor.io/managed";
/// On Namespaces: the UID of the Tenant that created it, written in the create call.
pub const TENANT_UID_LABEL: &str = "lessor.io/tenant-uid";
/// On Namespaces: an administrator gives an existing namespace to the named Tenant.
pub const ADOPT_ANNOTATION: &str = "lessor.io/adopt";
/// On suspended workloads: the number of replicas (or the former state) to restore.
pub const SUSPENDED_ANNOTATION: &str = "lessor.io/suspended-from";
/// On copies of secrets: digest of the source keys (HMAC, never a plain hash).
pub const SOURCE_VERSION_ANNOTATION: &str = "lessor.io/source-version";
/// On policies whose name is a hash: the readable peer or CIDR.
pub const DESCRIPTION_ANNOTATION: &str = "lessor.io/description";
/// Finalizer of a Tenant. A bare domain would draw an API warning.
pub const FINALIZER: &str = "lessor.io/tenant";
/// Field manager of every server-side apply.
pub const FIELD_MANAGER: &str = "lessor";
/// Value of boolean labels.
pub const TRUE: &str = "true";
/// Names with this prefix are reserved in tenant namespaces.
pub const RESERVED_NAME_PREFIX: &str = "lessor-";
/// Label the API server itself sets on every Namespace; it cannot be changed.
pub const NAMESPACE_NAME_LABEL: &str = "kubernetes.io/metadata.name";
/// Prefix of the in-tree Pod Security labels.
pub const POD_SECURITY_PREFIX: &str = "pod-security.kubernetes.io/";
/// Annotation of mirror Pods, honoured only when a node writes it about itself.
pub const MIRROR_POD_ANNOTATION: &str = "kubernetes.io/config.mirror";

/// Namespace that Lessor is installed in unless told otherwise.
pub const DEFAULT_NAMESPACE: &str = "lessor-system";
/// Namespace that holds the secrets a class may grant.
pub const DEFAULT_SECRET_SOURCE_NAMESPACE: &str = "lessor-secrets";
/// Namespaces that no Tenant can ever own.
pub const SYSTEM_NAMESPACES: [&str; 4] =
    ["kube-system", "kube-public", "kube-node-lease", "default"];
/// The class of Tenants that name none.
pub const DEFAULT_CLASS: &str = "default";

/// Managed object: denies all traffic; exists before the first Pod is admitted.
pub const DEFAULT_DENY_POLICY: &str = "lessor-default-deny";
/// Managed object: traffic between the namespaces of one tenant.
pub const INTRA_POLICY: &str = "lessor-intra";
/// Managed object: cluster DNS.
pub const DNS_POLICY: &str = "lessor-dns";
/// Managed object: ingress from the peers a Tenant names.
pub const INGRESS_POLICY_PREFIX: &str = "lessor-ingress-";
/// Managed object: egress to the peers and CIDRs a Tenant names.
pub const EGRESS_POLICY_PREFIX: &str = "lessor-egress-";
/// Managed object: this namespace's part of the tenant's quota.
pub const QUOTA: &str = "lessor-quota";
/// Managed object: default requests and limits of containers.
pub const LIMIT_RANGE: &str = "lessor-limits";
/// Prefix of the managed RoleBindings.
pub const MEMBERS_PREFIX: &str = "lessor-members-";
/// Volumes that mutation adds to Pods begin with this.
pub const INJECTED_VOLUME_PREFIX: &str = "lessor-secret-";

/// ServiceAccount of the controller in Lessor's namespace.
pub const CONTROLLER_ACCOUNT: &str = "lessor-controller";
/// ServiceAccount of the webhook in Lessor's namespace.
pub const WEBHOOK_ACCOUNT: &str = "lessor-webhook";
/// Service in front of the webhook, and Deployment of it.
pub const WEBHOOK_SERVICE: &str = "lessor-webhook";
/// Deployment of the controller.
pub const CONTROLLER_DEPLOYMENT: &str = "lessor-controller";
/// Where the webhook's certificate is mounted unless the controller issues it.
pub const CERTIFICATE_DIRECTORY: &str = "/var/run/lessor/tls";
/// Secret with the self-managed CA and leaf.
pub const CERTIFICATE_SECRET: &str = "lessor-webhook-tls";
/// Name of the MutatingWebhookConfiguration. Sorts late: it must see what others did.
pub const MUTATING_CONFIGURATION: &str = "zz-lessor";
/// Name of the ValidatingWebhookConfiguration.
pub const VALIDATING_CONFIGURATION: &str = "lessor";
/// The floor's policies, and their bindings: whose a Namespace is.
pub const FLOOR_NAMESPACES: &str = "lessor-namespaces";
/// What Lessor keeps in tenants' namespaces.
pub const FLOOR_MANAGED: &str = "lessor-managed-objects";
/// Which tenant a Pod says it is of.
pub const FLOOR_PODS: &str = "lessor-pods";
/// NetworkPolicies of tenants' own.
pub const FLOOR_NETWORK: &str = "lessor-network-policies";
/// Volumes with a tenant's data.
pub const FLOOR_VOLUMES: &str = "lessor-volumes";
/// Every policy of the floor, in the order of their installation.
pub const FLOOR: [&str; 5] =
    [FLOOR_NAMESPACES, FLOOR_MANAGED, FLOOR_PODS, FLOOR_NETWORK, FLOOR_VOLUMES];
/// ConfigMap in Lessor's namespace by which an administrator stops healing for a while.
pub const BREAK_GLASS: &str = "lessor-break-glass";
/// Lease of the leading controller.
pub const LEADER_LEASE: &str = "lessor-controller";
/// Verb on `tenants.lessor.io` that makes a caller an administrator.
pub const ADMINISTER_VERB: &str = "administer";

/// Verb on `tenantclasses.lessor.io` that lets a caller give a class to a Tenant.
pub const USE_VERB: &str = "use";
/// In the node selector of a suspended DaemonSet: a label that no node carries.
pub const SUSPENDED_NODE_LABEL: &str = "lessor.io/suspended";
/// Secret in Lessor's namespace with the key of the digests in [`SOURCE_VERSION_ANNOTATION`].
pub const DIGEST_KEY_SECRET: &str = "lessor-digest-key";
/// ServiceAccount in Lessor's namespace that the controller impersonates to ask
/// the webhook for a denial, and name of the ConfigMap it asks for. Nothing runs as it.
pub const CANARY_ACCOUNT: &str = "lessor-canary";
/// Process exit status of a controller told to die after a number of writes.
pub const CRASH_EXIT_STATUS: i32 = 70;
/// Label of ClusterRoles that the controller may bind beside the shipped ones:
/// they are aggregated into what it holds.
pub const BINDABLE_ROLE_LABEL: &str = "lessor.io/aggregate-to-bindable-roles";
